import { singleLine } from '../../masking/sanitize.ts';
import type { CredentialStatus, NodeStatus, RefusedClient, TargetStatus } from '../../model/status.ts';
import { ago, count, seconds } from '../../text/quantities.ts';
import {
  listedNodes,
  memoryShare,
  memoryText,
  noauthText,
  nodeState,
  refusalText,
  rejectionsText,
  sentinelText,
  slotsText,
  targetState,
} from '../../text/target.ts';
import { AUTH_WORDS, FAILURE_WORDS } from '../../text/words.ts';
import { censusSection } from './census-section.ts';
import { dataTable, evidence, facts, type Row, yesNo } from './fragments.ts';
import { type Html, html } from './html.ts';
import { reuseSection } from './reuse-section.ts';

/** One Redis target on the status page: whether it answers, who gets in, how full it is and of what. */
export function targetSection(target: TargetStatus, now: number): Html {
  const { tone, title } = targetState(target);
  return html`<section class="${tone}" id="target-${encodeURIComponent(singleLine(target.name))}">
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
  ['from the list', target.source],
  ['address', target.address],
  ['version', target.version],
  ['role', target.role],
  ['cluster', target.clusterOk === undefined ? undefined : target.clusterOk ? 'serves all slots' : 'fails: it does not serve all slots'],
  ['master in use', target.master],
  [
    'Sentinels',
    target.sentinelUp === undefined
      ? undefined
      : target.sentinelUp
        ? sentinelText(target)
        : 'none answers; the last known master is watched',
  ],
  ['keys', target.keys === undefined ? undefined : count(target.keys)],
  ['memory', memory(target)],
  ['evicts', target.maxMemoryPolicy],
  ['evicted', target.evictedKeys === undefined ? undefined : `${count(target.evictedKeys)} keys`],
  ['password required', yesNo(target.authRequired)],
  ['refused to others', rejectionsText(target)],
  ['scrape took', target.scrapeSeconds === undefined ? undefined : seconds(target.scrapeSeconds)],
  ['last scrape', target.lastScrapeAt === undefined ? 'never' : ago(target.lastScrapeAt, now)],
])}
${target.nodes === undefined ? '' : nodesPart(target.nodes)}
${target.problems === undefined ? '' : html`<h4>Not watched whole</h4><ul>${target.problems.map((sentence) => html`<li>${sentence}</li>`)}</ul>`}
${unseenPart(target.unseen)}
${censusSection(target, now)}
${reuseSection(target.reuse)}
${
  target.refused === undefined
    ? ''
    : html`<h4>Refused in the last hour</h4>${dataTable(
        'Refused in the last hour',
        REFUSED_HEADINGS,
        target.refused.map((client) => refusedRow(client, now)),
      )}`
}
${target.noauth === undefined ? '' : noauthPart(target.noauth, now)}
</section>`;
}

const NODE_HEADINGS = ['node', 'role', 'slots', 'state', 'keys'];

/** The nodes of a cluster, each as short as it gets. */
function nodesPart(all: readonly NodeStatus[]): Html {
  const { nodes, more } = listedNodes(all);
  const rows = nodes.map((node): Row => {
    const { tone, title } = nodeState(node);
    return { cells: [node.name, node.role ?? '', slotsText(node), { tone, text: title }, node.keys === undefined ? '' : count(node.keys)] };
  });
  return html`<h4>Nodes</h4>${dataTable('Nodes', NODE_HEADINGS, rows)}${more === 0 ? '' : html`<p>and ${count(more)} more</p>`}`;
}

/** What this server does not show, so that an empty place is not taken for a good sign. */
function unseenPart(unseen: readonly string[] | undefined): Html | string {
  if (unseen === undefined) return '';
  return html`<h4>Not visible on this server</h4><ul>${unseen.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

const REFUSED_HEADINGS = ['refused', 'user', 'from', 'library', 'times', 'last'];

function refusedRow(client: RefusedClient, now: number): Row {
  return {
    cells: [refusalText(client), client.user, client.address ?? '', client.library ?? '', count(client.count), ago(client.at, now)],
  };
}

const CANDIDATE_HEADINGS = ['from', 'library', 'connections'];

function noauthPart({ at, candidates }: NonNullable<TargetStatus['noauth']>, now: number): Html {
  return html`<h4>Refused without a password</h4>
<p>${noauthText(candidates)} The last refusal was ${ago(at, now)}.</p>
${
  candidates === undefined || candidates.length === 0
    ? ''
    : dataTable(
        'Clients that may have been refused',
        CANDIDATE_HEADINGS,
        candidates.map(({ address, library, connections }) => ({ cells: [address ?? 'unknown', library ?? '', count(connections)] })),
      )
}`;
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
