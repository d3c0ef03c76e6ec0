import { html } from 'hono/html';
import type { GatewayStatus, PairStatus, ReplicaStatus } from '../model/status.ts';
import { dataTable, evidence, facts, type Html, type Row, yesNo } from './fragments.ts';
import { ago, moment, seconds, span } from './quantities.ts';
import { CAUSE_WORDS, gatewayTone, LEASE_WORDS, OUTCOME_WORDS, ROUTE_WORDS, speedupText, VERDICT_WORDS } from './words.ts';

/** One gateway on the status page: verdict, cause, evidence, what to do, the last pairs, facts. `tracesUrl` is where trace ids lead. */
export function gatewaySection(gateway: GatewayStatus, now: number, tracesUrl: string | undefined): Html {
  const words = VERDICT_WORDS[gateway.verdict];
  return html`<section class="${gatewayTone(gateway)}">
<h3>${gateway.name} <b>${words.title}</b>${gateway.since === undefined ? '' : html` <small>since ${moment(gateway.since)}</small>`}</h3>
<p>${words.sentence}${gateway.asExpected ? ' That is what the configuration expects.' : ''}</p>
${gateway.verdict === 'unknown' ? '' : cause(gateway)}
${
  gateway.pairs.length === 0
    ? ''
    : dataTable(
        HEADINGS,
        gateway.pairs.map((pair) => row(pair, now, tracesUrl)),
      )
}
${replicas(gateway.replicas ?? [], now)}
${facts([
  ['address', gateway.url],
  ['version', gateway.version],
  ['cache type', gateway.cacheType],
  ['Redis target', gateway.redisTarget],
  ['alive', yesNo(gateway.up)],
  ['ready', yesNo(gateway.ready)],
  ['/cache/ping', gateway.cachePing],
  ['duplicates', gateway.speedup && speedupText(gateway.speedup)],
  ['spent on probes', gateway.costUsd === 0 ? undefined : `${gateway.costUsd.toFixed(4)} USD`],
  ['lease', gateway.lease && LEASE_WORDS[gateway.lease]],
  ['last run', gateway.lastRunAt === undefined ? 'never' : ago(gateway.lastRunAt, now)],
])}
<p><a href="/debug/gateways/${encodeURIComponent(gateway.name)}">Everything about it as text</a></p>
</section>`;
}

function cause(gateway: GatewayStatus): Html {
  const { title, next } = CAUSE_WORDS[gateway.cause];
  return html`${title === '' ? '' : html`<p>Cause: <strong>${title}</strong>.</p>`}
${evidence(gateway.evidence)}
${next === '' || gateway.asExpected ? '' : html`<p>Next: ${next}</p>`}`;
}

const HEADINGS = ['route', 'outcome', 'first', 'duplicate', 'key lives', 'when', 'trace'];

function row(pair: PairStatus, now: number, tracesUrl: string | undefined): Row {
  return {
    cells: [
      ROUTE_WORDS[pair.route],
      { tone: OUTCOME_WORDS[pair.outcome].tone, text: OUTCOME_WORDS[pair.outcome].title },
      pair.firstSeconds === undefined ? '' : seconds(pair.firstSeconds),
      pair.duplicateSeconds === undefined ? '' : seconds(pair.duplicateSeconds),
      pair.ttlSeconds === undefined ? '' : span(pair.ttlSeconds),
      ago(pair.at, now),
      trace(pair.traceId, tracesUrl),
    ],
    note: pair.evidence,
  };
}

/** Who read what whom wrote, where the gateway has replicas. */
function replicas(tried: readonly ReplicaStatus[], now: number): Html | string {
  if (tried.length === 0) return '';
  return dataTable(
    ['written by', 'read by', 'outcome', 'when'],
    tried.map(({ from, to, outcome, at }) => {
      const { tone, title } = OUTCOME_WORDS[outcome];
      return { cells: [from, to, { tone, text: title }, ago(at, now)] };
    }),
  );
}

function trace(id: string, tracesUrl: string | undefined): Html {
  const short = html`<code>${id.slice(0, 8)}</code>`;
  return tracesUrl && /^https?:\/\//.test(tracesUrl)
    ? html`<a href="${tracesUrl.replace(/\/+$/, '')}/trace/${encodeURIComponent(id)}">${short}</a>`
    : short;
}
