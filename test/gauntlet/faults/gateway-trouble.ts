import type { Expected, Fault } from '../fault.ts';
import { HANGING } from '../settings.ts';

/** A key that the gateway treats in a special way. */
function withKey(name: string, key: string, expected: Expected): Fault {
  return {
    name,
    releases: 'both',
    gateways: ['virtual keys'],
    prepare: async ({ rollOut }) => rollOut('virtual keys'),
    inject: ({ useKey }) => useKey(key),
    lift: ({ useKey, key: usual }) => useKey(usual),
    restore: async ({ rollOut }) => rollOut('standard'),
    expected,
  };
}

/** Pairs cannot be sent, whatever becomes of the cache. */
export const GATEWAY_TROUBLE: readonly Fault[] = [
  withKey('virtual-key policy that refuses cache controls', 'sk-no-controls', { verdict: 'not_measurable', cause: 'probe_key_policy' }),
  withKey('quota reached', 'sk-one-a-minute', { verdict: 'not_measurable', cause: 'gateway_quota' }),
  {
    ...withKey('gateway slow', 'sk-slow', { verdict: 'not_measurable', cause: 'gateway_timeout' }),
    releases: 'either',
    intervals: HANGING,
  },
  {
    name: 'gateway key wrong',
    releases: 'both',
    inject: ({ useKey }) => useKey('sk-of-somebody-else'),
    lift: ({ useKey, key }) => useKey(key),
    expected: { verdict: 'not_measurable', cause: 'gateway_auth' },
  },
  {
    name: 'model missing',
    releases: 'either',
    inject: ({ watch }) => watch({ gateway: { model: 'nobody-has-this' } }),
    lift: ({ watch }) => watch(),
    expected: { verdict: 'not_measurable', cause: 'model_missing' },
  },
  {
    name: 'provider down',
    releases: 'either',
    prepare: ({ watch }) => watch({ gateway: { model: 'provided' } }),
    inject: ({ provider }) => provider.stop(),
    lift: ({ provider }) => provider.start(),
    restore: ({ watch }) => watch(),
    expected: { verdict: 'not_measurable', cause: 'provider_error' },
  },
  {
    name: 'gateway stopped',
    releases: 'either',
    inject: ({ end }) => end('standard'),
    async lift({ need, rollOut }) {
      await need(['standard']);
      rollOut('standard');
    },
    expected: { verdict: 'unreachable', cause: 'gateway_error' },
    // On a busy machine the first answers of a gateway that has just started take longer than the exporter waits.
    besides: ['gateway_timeout'],
  },
  {
    name: 'gateway frozen',
    releases: 'either',
    inject: async ({ gateway }) => void process.kill(-gateway('standard').pid, 'SIGSTOP'),
    lift: async ({ gateway }) => void process.kill(-gateway('standard').pid, 'SIGCONT'),
    expected: { verdict: 'unreachable', cause: 'gateway_timeout' },
    intervals: HANGING,
  },
  {
    name: 'gateway answering 500',
    releases: 'either',
    inject: async ({ front }) => front.answer(500),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected: { verdict: 'unreachable', cause: 'gateway_error' },
  },
  {
    name: 'two workers, with Redis stopped',
    releases: 'either',
    gateways: ['two workers'],
    prepare: async ({ rollOut }) => rollOut('two workers'),
    inject: ({ server }) => server.stop(),
    lift: ({ server }) => server.start(),
    restore: async ({ rollOut }) => rollOut('standard'),
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_unreachable' },
  },
  {
    name: 'two workers',
    releases: 'either',
    gateways: ['two workers'],
    inject: async ({ rollOut }) => rollOut('two workers'),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected: { verdict: 'working', cause: 'none' },
    passing: [],
  },
];
