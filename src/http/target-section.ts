import { html } from 'hono/html';
import type { CredentialStatus, TargetStatus } from '../model/status.ts';
import { censusSection } from './census-section.ts';
import { dataTable, evidence, facts, type Html, type Row, yesNo } from './fragments.ts';
import { ago, count, seconds } from './quantities.ts';
import { memoryText, rejectionsText, targetState } from './target-text.ts';
import { AUTH_WORDS, FAILURE_WORDS } from './words.ts';

/** One Redis target on the status page: whether it answers, who gets in, how full it is and of what. */
export function targetSection(target: TargetStatus, now: number): Html {
  const { tone, title } = targetState(target);
  return html`<section class="${tone}">
<h3>${target.name} <b>${title}</b></h3>
${target.failure === undefined ? '' : html`<p>It cannot be read: ${FAILURE_WORDS[target.failure]}.</p>`}
${evidence(target.detail)}
${
  target.credentials.length === 0
    ? ''
    : dataTable(
        HEADINGS,
        target.credentials.map((credential) => row(credential, now)),
      )
}
${facts([
  ['address', target.address],
  ['version', target.version],
  ['role', target.role],
  ['keys', target.keys === undefined ? undefined : count(target.keys)],
  ['memory', memoryText(target)],
  ['evicts', target.maxMemoryPolicy],
  ['password required', yesNo(target.authRequired)],
  ['refused to others', rejectionsText(target)],
  ['scrape took', target.scrapeSeconds === undefined ? undefined : seconds(target.scrapeSeconds)],
  ['last scrape', target.lastScrapeAt === undefined ? 'never' : ago(target.lastScrapeAt, now)],
])}
${censusSection(target, now)}
</section>`;
}

const HEADINGS = ['credential', 'state', 'last accepted', 'last refused'];

function row({ credential, state, error, lastSuccessAt, lastFailureAt }: CredentialStatus, now: number): Row {
  const { tone, title } = AUTH_WORDS[state];
  return {
    cells: [
      credential,
      { tone, text: error === undefined ? title : `${title}: ${FAILURE_WORDS[error]}` },
      lastSuccessAt === undefined ? 'never' : ago(lastSuccessAt, now),
      lastFailureAt === undefined ? 'never' : ago(lastFailureAt, now),
    ],
  };
}
