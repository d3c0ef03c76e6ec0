import { singleLine } from '../../masking/sanitize.ts';
import { ROUTES } from '../../model/cache.ts';
import type { FidelityStatus, GatewayStatus, PairStatus, ReplicaStatus, ShapeStatus, TenantsStatus } from '../../model/status.ts';
import { notJudgedTexts, notTriedText, SHAPE_WORDS, shapeDetail, shapeResult } from '../../text/fidelity.ts';
import { ago, moment, seconds, span } from '../../text/quantities.ts';
import { tenantsSentence, tenantText } from '../../text/tenants.ts';
import {
  CAUSE_WORDS,
  gatewaySentence,
  gatewayTitle,
  gatewayTone,
  LEASE_WORDS,
  metricsText,
  NOT_ASKED_WORDS,
  nextStep,
  OUTCOME_WORDS,
  originText,
  othersText,
  overheadText,
  speedupText,
  type Tone,
} from '../../text/words.ts';
import { dataTable, evidence, facts, type Row, yesNo } from './fragments.ts';
import { gatewayPast } from './gateway-history.ts';
import { type Html, html } from './html.ts';
import { gatewayPath } from './overview.ts';
import { runbookFor } from './runbook.ts';
import { traceLink } from './trace-link.ts';

/** One gateway on the status page: verdict, cause, evidence, what to do, the last pairs, the past, facts. `tracesUrl` is where trace ids lead. */
export function gatewaySection(gateway: GatewayStatus, now: number, tracesUrl: string | undefined): Html {
  return html`<section class="${gatewayTone(gateway)}" id="gateway-${encodeURIComponent(singleLine(gateway.name))}">
<h3><a href="${gatewayPath(gateway.name)}">${gateway.name}</a> <b>${gatewayTitle(gateway)}</b>${gateway.since === undefined ? '' : html` <small>since ${moment(gateway.since)}</small>`}</h3>
<p>${gatewaySentence(gateway)}${gateway.asExpected ? ' That is what the configuration expects.' : ''}</p>
${gateway.verdict === 'unknown' ? evidence(gateway.evidence) : cause(gateway)}
${
  gateway.pairs.length === 0
    ? ''
    : dataTable(
        'Last pairs',
        HEADINGS,
        gateway.pairs.map((pair) => row(pair, now, tracesUrl)),
      )
}
${replicas(gateway.replicas ?? [], now)}
${gateway.fidelity === undefined ? '' : fidelity(gateway.fidelity, now, tracesUrl)}
${gateway.tenants === undefined ? '' : tenants(gateway.tenants, now, tracesUrl)}
${gateway.history === undefined ? '' : gatewayPast(gateway.history, now, tracesUrl)}
${facts([
  ['from the list', gateway.source],
  ['address', gateway.url],
  ['version', gateway.version],
  ['cache type', gateway.cacheType],
  ['Redis target', gateway.redisTarget],
  ['alive', yesNo(gateway.up)],
  ['ready', yesNo(gateway.ready)],
  ['/cache/ping', gateway.cachePing ?? (gateway.cachePingNotAsked && NOT_ASKED_WORDS[gateway.cachePingNotAsked])],
  ['metrics', gateway.metrics && metricsText(gateway.metrics)],
  ['questions beside the pairs', gateway.overhead && overheadText(gateway.overhead)],
  ['hits', originText(gateway)],
  ['duplicates', gateway.speedup && speedupText(gateway.speedup)],
  ['spent on probes', gateway.costUsd === 0 ? undefined : `${gateway.costUsd.toFixed(4)} USD`],
  ['other exporters', gateway.otherExporters ? othersText(gateway.otherExporters) : undefined],
  ['lease', gateway.lease && LEASE_WORDS[gateway.lease]],
  ['last run', gateway.lastRunAt === undefined ? 'never' : ago(gateway.lastRunAt, now)],
])}
<p><a href="/debug/gateways/${encodeURIComponent(singleLine(gateway.name))}">Everything about it as text</a></p>
</section>`;
}

function cause(gateway: GatewayStatus): Html {
  const { title } = CAUSE_WORDS[gateway.cause];
  const next = nextStep(gateway);
  const guide = runbookFor(gateway.verdict, gateway.cause);
  return html`${title === '' ? '' : html`<p>Cause: <strong>${title}</strong>.</p>`}
${evidence(gateway.evidence)}
${next === '' ? '' : html`<p class="next">Next: ${next}${guide === undefined ? '' : html` <a href="/runbooks/${guide}">Runbook ${guide}</a>`}</p>`}`;
}

const HEADINGS = ['route', 'outcome', 'first', 'duplicate', 'key lives', 'when', 'trace'];

function row(pair: PairStatus, now: number, tracesUrl: string | undefined): Row {
  return {
    cells: [
      ROUTES[pair.route].title,
      { tone: pairTone(pair), text: OUTCOME_WORDS[pair.outcome].title },
      pair.firstSeconds === undefined ? '' : seconds(pair.firstSeconds),
      pair.duplicateSeconds === undefined ? '' : seconds(pair.duplicateSeconds),
      pair.ttlSeconds === undefined ? '' : span(pair.ttlSeconds),
      ago(pair.at, now),
      traceLink(pair.traceId, tracesUrl),
    ],
    note: pair.evidence,
  };
}

/** A hit whose key was not seen proves a read of Redis on some routes only: on others it can be the memory of a worker. */
function pairTone({ outcome, route }: PairStatus): Tone {
  return outcome === 'hit_unverified' && ROUTES[route].provesRead === 'none' ? 'warn' : OUTCOME_WORDS[outcome].tone;
}

/** Who read what whom wrote, where the gateway has replicas. */
function replicas(tried: readonly ReplicaStatus[], now: number): Html | string {
  if (tried.length === 0) return '';
  return dataTable(
    'Pairs across replicas',
    ['written by', 'read by', 'outcome', 'when'],
    tried.map(({ from, to, outcome, at }) => {
      const { tone, title } = OUTCOME_WORDS[outcome];
      return { cells: [from, to, { tone, text: title }, ago(at, now)] };
    }),
  );
}

/** Which tenants get each other's answers. */
function tenants(status: TenantsStatus, now: number, tracesUrl: string | undefined): Html {
  const rows = status.pairs.map((pair) => {
    const { tone, title } = tenantText(pair, status.expected);
    return { cells: [pair.from, pair.to, { tone, text: title }, ago(pair.at, now), traceLink(pair.traceId, tracesUrl)] };
  });
  return html`<p>${tenantsSentence(status)}</p>
${rows.length === 0 ? '' : dataTable('Tenants', ['asked by', 'repeated by', 'the second one', 'when', 'trace'], rows)}`;
}

const SHAPE_HEADINGS = ['shape', 'answer', 'from the cache', 'since', 'tried', 'trace'];

/** What the cache does to answers, shape by shape; what is as it was is folded, and shapes of which nothing is known share a line. */
function fidelity(status: FidelityStatus, now: number, tracesUrl: string | undefined): Html {
  const table = (name: string, shapes: readonly ShapeStatus[]) =>
    shapes.length === 0
      ? ''
      : dataTable(
          name,
          SHAPE_HEADINGS,
          shapes.map((shape) => shapeRow(shape, now, tracesUrl)),
        );
  const same = status.shapes.filter(({ result }) => result === 'same');
  const notTried = notTriedText(status);
  return html`${table(
    'What a hit does to an answer',
    status.shapes.filter(({ result }) => result !== 'same' && result !== 'unknown'),
  )}
${same.length === 0 ? '' : html`<details><summary>Answers that a hit gives back as they were: ${same.map(({ shape }) => shape).join(', ')}</summary>${table('Answers as they were', same)}</details>`}
${notJudgedTexts(status).map((text) => html`<p class="quiet">Answers not judged: ${text}.</p>`)}
${notTried === undefined ? '' : html`<p>Shapes of answers: ${notTried}.</p>`}`;
}

function shapeRow(shape: ShapeStatus, now: number, tracesUrl: string | undefined): Row {
  const { tone, title } = shapeResult(shape);
  const { since, at, traceId } = shape;
  return {
    cells: [
      shape.shape,
      SHAPE_WORDS[shape.shape],
      { tone, text: title },
      since === undefined ? '' : moment(since),
      at === undefined ? '' : ago(at, now),
      traceId === undefined ? '' : traceLink(traceId, tracesUrl),
    ],
    note: shapeDetail(shape),
  };
}
