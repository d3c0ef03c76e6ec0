import type { GatewayConfig } from '../../../config/effective.ts';
import type { Replica } from '../../../litellm/replicas.ts';
import type { NotAsked, TenantResult } from '../../../model/cache.ts';
import type { Tick } from '../../../model/tick.ts';
import { type PairPlan, type PairResult, type RequestResult, runPair } from '../../../pairs/pair.ts';
import { GATEWAY_FAILURE_PROSE } from '../../../verdict/pair-words.ts';
import type { RoundParts } from '../round.ts';
import { planOf } from '../route.ts';
import { cacheTypeOf, type SelfReport } from '../self-report.ts';
import type { TenantRound, TenantTurn } from './memory.ts';

type Tenant = NonNullable<GatewayConfig['tenants']>[number];

/** What the question needs to know beside the turn: where the requests go, the pair of the exporter just before, and until when, on the monotonic clock. */
export interface TenantQuestion {
  turn: TenantTurn;
  report: SelfReport;
  replica: Replica | undefined;
  ordinary: PairResult | undefined;
  originKeys: PairPlan['originKeys'];
  until: number;
}

/**
 * Sends one request with the key of a tenant and the same one with the key of another, as users send them: without cache controls,
 * because a namespace of our own would take the place of one by which the gateway keeps tenants apart. Within the overhead and
 * the budget. Rejects only when the tick was aborted.
 */
export async function askTenants(
  parts: RoundParts,
  { turn, report, replica, ordinary, originKeys, until }: TenantQuestion,
  tick: Tick,
): Promise<TenantRound> {
  const { config, questions, spending, clock } = parts;
  const [from, to] = [tenantOf(config, turn.from), tenantOf(config, turn.to)];
  const reason = whyNot(parts);
  if (reason !== undefined) return { notAsked: reason };
  // A semantic cache tells tenants apart beside the namespace, and without one of our own older prompts would answer.
  const kind = cacheTypeOf(report).endsWith('-semantic') ? 'own' : 'plain';
  const plan = planOf(config, report.settings, turn.route, kind, until, originKeys);
  return tick.step('tenants', async (headers, note) => {
    // One span for both requests: with spans of their own they would look like a pair of the round.
    const within: Tick = { ...tick, step: (_, run) => run(headers, () => undefined) };
    const pair = await runPair(
      { ...plan, experiment: { modelSeconds: ordinary?.first.seconds ?? 0, question: 'tenants' } },
      { first: questions.to(replica, tick.traceId, from?.api_key), duplicate: questions.to(replica, tick.traceId, to?.api_key) },
      undefined,
      within,
      clock,
    );
    spending.charge(pair);
    const shown = resultOf(pair, turn, ordinary);
    const read =
      shown.result !== 'unknown' && isSameKey(from, to)
        ? unknown(`The keys of ${turn.from} and ${turn.to} are the same: give each tenant a key of its own.`)
        : shown;
    note({ ...turn, result: read.result });
    return { trial: { ...turn, ...read, at: clock.now(), endedAt: clock.monotonic(), traceId: tick.traceId } };
  });
}

function whyNot({ overhead, spending, mayProbe }: RoundParts): NotAsked | undefined {
  if (!mayProbe() || !spending.affords(1)) return 'budget';
  return overhead.withheld('tenants');
}

/** What two requests show of two tenants. Only a duplicate that was answered tells anything, and of hits only one with the answer of the first. */
function resultOf(pair: PairResult, { from, to }: TenantTurn, ordinary: PairResult | undefined): Shown {
  const { outcome, first, duplicate, other } = pair;
  if (outcome === 'error_first') return failed(from, first);
  if (other?.request === 'duplicate') return unknown(`The request of ${to} got the answer to another prompt.`);
  if (outcome === 'hit_on_first') return unknown(`The request of ${from} was answered from the cache before any other tenant had sent it.`);
  if (outcome === 'error_duplicate' || duplicate === undefined) return failed(to, duplicate ?? first);
  if (duplicate.mark === 'unknown') return unknown('The answers do not tell whether they came from the cache.');
  if (duplicate.mark === 'hit' && isOfAnother(pair))
    return unknown(`The request of ${to} got an answer from the cache that is not the one of ${from}.`);
  if (duplicate.mark === 'hit' && isOfProvider(pair, ordinary))
    return unknown(
      `The answers to ${from} and ${to} have one id, and nothing else marks them as from the cache: a provider may give it to both.`,
    );
  return { result: duplicate.mark === 'hit' ? 'shared' : 'separate' };
}

/**
 * Whether a hit is told by an equal id alone, which a provider without a cache may give to every answer: hits of the exporter have
 * a mark here, or the answer to its other prompt has the same id.
 */
function isOfProvider({ unmarked, proven, first }: PairResult, ordinary: PairResult | undefined): boolean {
  if (!unmarked || proven || ordinary === undefined) return false;
  const isMarked = ordinary.duplicate?.mark === 'hit' && !ordinary.unmarked;
  return isMarked || (first.markers?.id !== undefined && first.markers.id === ordinary.first.markers?.id);
}

/** Whether a hit that is told by marks repeats another answer than that of the first request: the tenant's own, from a semantic cache. */
function isOfAnother({ prober, first, duplicate, proven }: PairResult): boolean {
  const [one, two] = [first.markers?.id, duplicate?.markers?.id];
  // The ids of responses are made anew for every answer.
  return !proven && prober.route !== 'responses' && one !== undefined && two !== undefined && one !== two;
}

/** What two requests show, and the tenant that was refused. */
interface Shown {
  readonly result: TenantResult;
  readonly detail?: string;
  readonly refused?: string;
}

function failed(tenant: string, request: RequestResult): Shown {
  const shown = unknown(failureSentence(tenant, request));
  return request.failure === 'auth' ? { ...shown, refused: tenant } : shown;
}

function unknown(detail: string) {
  return { result: 'unknown' as const, detail };
}

function failureSentence(tenant: string, { failure = 'unknown', status }: RequestResult): string {
  if (failure === 'auth' && status === undefined) return `The key of ${tenant} cannot be read: check api_key_file of this tenant.`;
  if (failure === 'auth') return `The gateway refuses the key of ${tenant} (HTTP ${status}).`;
  return `The request of ${tenant} failed: ${GATEWAY_FAILURE_PROSE[failure]}${status === undefined ? '' : ` (HTTP ${status})`}.`;
}

function tenantOf({ tenants = [] }: GatewayConfig, name: string): Tenant | undefined {
  return tenants.find((tenant) => tenant.name === name);
}

/** Whether two files have turned out to hold one key. */
function isSameKey(one: Tenant | undefined, other: Tenant | undefined): boolean {
  const key = one?.api_key?.known().at(0);
  return key !== undefined && key === other?.api_key?.known().at(0);
}
