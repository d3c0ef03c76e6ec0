import type { GatewayConfig } from '../../../config/effective.ts';
import type { Replica } from '../../../litellm/replicas.ts';
import type { NotAsked, TenantResult } from '../../../model/cache.ts';
import type { Tick } from '../../../model/tick.ts';
import { type PairResult, type RequestResult, runPair } from '../../../pairs/pair.ts';
import { GATEWAY_FAILURE_PROSE } from '../../../verdict/pair-words.ts';
import type { RoundParts } from '../round.ts';
import { planOf } from '../route.ts';
import type { SelfReport } from '../self-report.ts';
import type { TenantRound, TenantTurn } from './memory.ts';

type Tenant = NonNullable<GatewayConfig['tenants']>[number];

/** What the question needs to know beside the turn: where the requests go, what the model took just before, and until when, on the monotonic clock. */
export interface TenantQuestion {
  turn: TenantTurn;
  report: SelfReport;
  replica: Replica | undefined;
  modelSeconds: number;
  until: number;
}

/**
 * Sends one request with the key of a tenant and the same one with the key of another, as users send them: without cache controls,
 * because a namespace of our own would take the place of one by which the gateway keeps tenants apart. Within the overhead and
 * the budget. Rejects only when the tick was aborted.
 */
export async function askTenants(
  parts: RoundParts,
  { turn, report, replica, modelSeconds, until }: TenantQuestion,
  tick: Tick,
): Promise<TenantRound> {
  const { config, questions, spending, clock } = parts;
  const [from, to] = [tenantOf(config, turn.from), tenantOf(config, turn.to)];
  const reason = whyNot(parts);
  if (reason !== undefined) return { notAsked: reason };
  const plan = planOf(config, report.settings, turn.route, 'plain', until);
  return tick.step('tenants', async (headers, note) => {
    // One span for both requests: with spans of their own they would look like a pair of the round.
    const within: Tick = { ...tick, step: (_, run) => run(headers, () => undefined) };
    const pair = await runPair(
      { ...plan, experiment: { modelSeconds, question: 'tenants' } },
      { first: questions.to(replica, tick.traceId, from?.api_key), duplicate: questions.to(replica, tick.traceId, to?.api_key) },
      undefined,
      within,
      clock,
    );
    spending.charge(pair);
    const shown = resultOf(pair, turn);
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

/** What two requests show of two tenants. Only a duplicate that was answered tells anything. */
function resultOf({ outcome, first, duplicate }: PairResult, { from, to }: TenantTurn): { result: TenantResult; detail?: string } {
  if (outcome === 'error_first') return unknown(failureSentence(from, first));
  if (outcome === 'hit_on_first') return unknown(`The request of ${from} was answered from the cache before any other tenant had sent it.`);
  if (outcome === 'error_duplicate' || duplicate === undefined) return unknown(failureSentence(to, duplicate ?? first));
  if (duplicate.mark === 'unknown') return unknown('The answers do not tell whether they came from the cache.');
  return { result: duplicate.mark === 'hit' ? 'shared' : 'separate' };
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
