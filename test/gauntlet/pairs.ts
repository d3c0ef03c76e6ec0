import type { GatewayRelease } from '../../dev/gateway.ts';
import { hasBehaviour } from '../../src/litellm/releases.ts';
import type { Cause, Verdict } from '../../src/model/cache.ts';
import { expectedOn, type Fault } from './fault.ts';
import { REDIS_AWAY } from './faults/redis-away.ts';
import { REDIS_STATE } from './faults/redis-state.ts';
import type { Stack } from './stack.ts';

/** The releases on which two faults at once are recorded: the oldest, one with a circuit breaker, and the one that is refused most by its user. */
export const PAIR_RELEASE = ['1.80.9', '1.106.0', '1.110.2'] as const satisfies readonly GatewayRelease[];

/**
 * A user that may use the keys of its namespace only, as many have it: LiteLLM 1.110.2 keeps its limits elsewhere and
 * is refused some 29 commands a round with it, whatever else is wrong.
 */
const NARROW = ['reset', 'on', '~litellm:*', 'resetchannels', '&litellm:*', '+@all', '-@admin', '-@dangerous', '+info', '+client|list'];

/** Something that goes wrong with one cause, and can be so while something else does, too. */
interface Condition {
  name: string;
  cause: Cause;
  verdict: readonly Verdict[];
  intervals?: number | undefined;
  /** Causes that are true in passing. */
  besides?: readonly Cause[];
  inject(stack: Stack): Promise<void>;
  lift(stack: Stack): Promise<void>;
}

async function narrow({ server }: Stack): Promise<void> {
  await server.command('ACL', 'SETUSER', 'litellm', ...NARROW, `>${server.passwords.litellm}`);
}

/** A fault of the gauntlet, which has one cause. */
function known(name: string): Condition {
  const fault = [...REDIS_AWAY, ...REDIS_STATE].find((one) => one.name === name);
  if (fault === undefined) throw new Error(`The gauntlet has no fault "${name}".`);
  const { verdict, cause } = expectedOn(fault, PAIR_RELEASE[0]);
  const [only] = cause;
  if (only === undefined || cause.length > 1) throw new Error(`The fault "${name}" has not one cause.`);
  return { name, cause: only, verdict, intervals: fault.intervals, inject: fault.inject, lift: fault.lift };
}

/** In the order in which they can be injected: a server that cannot be reached takes no more commands. */
const CONDITIONS: readonly Condition[] = [
  {
    name: 'password rotated',
    cause: 'redis_auth',
    verdict: ['memory_only', 'not_caching'],
    besides: ['gateway_error', 'gateway_timeout'],
    async inject({ server }) {
      await server.command('ACL', 'SETUSER', 'litellm', 'resetpass', '>the next password');
      await server.cut('litellm');
    },
    async lift(stack) {
      await narrow(stack);
      if (!hasBehaviour(stack.release, 'breaker_stays_open')) return;
      await stack.end('namespaced');
      await stack.need(['namespaced']);
      stack.rollOut('namespaced');
    },
  },
  {
    name: 'user without SET',
    cause: 'redis_permission',
    verdict: ['memory_only', 'not_caching'],
    inject: async ({ server }) => void (await server.command('ACL', 'SETUSER', 'litellm', '-set')),
    lift: narrow,
  },
  known('out of memory with noeviction'),
  known('read-only replica'),
  known('persistence error that refuses writes'),
  known('maxclients reached'),
  known('Redis refused'),
  known('Redis paused (SIGSTOP)'),
];

/** Each of these conditions by itself beside the refusals of a narrow user, and every two of them at once. */
export const PAIRS: readonly Fault[] = CONDITIONS.flatMap((one, index) => [
  together([one]),
  ...CONDITIONS.slice(index + 1).map((other) => together([one, other])),
]);

function together(conditions: readonly Condition[]): Fault {
  const intervals = Math.max(...conditions.map((condition) => condition.intervals ?? 2));
  return {
    name: conditions.length === 1 ? `${conditions[0]?.name}, narrow user` : conditions.map(({ name }) => name).join(' and '),
    releases: 'both',
    gateways: ['namespaced'],
    async prepare(stack) {
      await narrow(stack);
      stack.rollOut('namespaced');
    },
    async inject(stack) {
      for (const { inject } of conditions) await inject(stack);
    },
    async lift(stack) {
      for (const { lift } of conditions.toReversed()) await lift(stack);
    },
    async restore({ server, rollOut }) {
      await server.command('ACL', 'SETUSER', 'litellm', 'reset', 'on', `>${server.passwords.litellm}`, '~*', '&*', '+@all');
      rollOut('standard');
    },
    expected: {
      verdict: [...new Set(conditions.flatMap(({ verdict }) => verdict))],
      cause: [...new Set(conditions.map(({ cause }) => cause))],
    },
    // A gateway waits for a frozen server, and one that starts again is away meanwhile.
    besides: [...conditions.flatMap(({ besides = [] }) => besides), ...(intervals > 2 ? (['gateway_timeout'] as const) : [])],
    intervals: Math.max(3, intervals),
    ambiguous: true,
  };
}
