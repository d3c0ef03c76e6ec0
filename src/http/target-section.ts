import type { CredentialStatus, TargetStatus } from '../model/status.ts';
import { censusSection } from './census-section.ts';
import { dataTable, evidence, facts, type Html, html, type Row, yesNo } from './fragments.ts';
import { ago, count, seconds } from './quantities.ts';
import { memoryShare, memoryText, rejectionsText, targetState } from './target-text.ts';
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
        'Credentials',
        HEADINGS,
        target.credentials.map((credential) => row(credential, now)),
      )
}
${facts([
  ['address', target.address],
  ['version', target.version],
  ['role', target.role],
  ['keys', target.keys === undefined ? undefined : count(target.keys)],
  ['memory', memory(target)],
  ['evicts', target.maxMemoryPolicy],
  ['evicted', target.evictedKeys === undefined ? undefined : `${count(target.evictedKeys)} keys`],
  ['password required', yesNo(target.authRequired)],
  ['refused to others', rejectionsText(target)],
  ['scrape took', target.scrapeSeconds === undefined ? undefined : seconds(target.scrapeSeconds)],
  ['last scrape', target.lastScrapeAt === undefined ? 'never' : ago(target.lastScrapeAt, now)],
])}
${censusSection(target, now)}
</section>`;
}

/** How full it is, in words and, where there is a limit, as a bar. */
function memory(target: TargetStatus): Html | undefined {
  const [text, share] = [memoryText(target), memoryShare(target)];
  if (text === undefined) return undefined;
  if (share === undefined) return html`${text}`;
  const width = Math.min(100, 100 * share).toFixed(1);
  return html`${text}<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" height="4"/><rect class="used" width="${width}" height="4"/></svg>`;
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
