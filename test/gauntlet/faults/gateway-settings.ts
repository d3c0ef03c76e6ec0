import { hasBehaviour } from '../../../src/litellm/releases.ts';
import { metricValue } from '../../support/metrics-text.ts';
import type { Fault } from '../fault.ts';
import type { VariantName } from '../gateways.ts';

/** A rollout of a gateway with other settings behind the address of the standard one. */
function rollout(name: string, variant: VariantName, expected: Fault['expected'], more: Partial<Fault> = {}): Fault {
  return {
    name,
    releases: 'either',
    gateways: [variant],
    inject: async ({ rollOut }) => rollOut(variant),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected,
    ...more,
  };
}

/** Only /cache/ping tells: that it was slow once, while many gateways run on one machine, is no part of such a fault. */
const ASKED_ANEW: Partial<Fault> = { prepare: ({ forget }) => forget() };

/** The gateway does what its settings say. */
export const GATEWAY_SETTINGS: readonly Fault[] = [
  rollout('cache off', 'no cache', { verdict: 'disabled', cause: 'cache_disabled' }, { releases: 'both' }),
  rollout('type missing (silent local)', 'type missing', { verdict: 'local', cause: 'cache_local' }, { releases: 'both' }),
  rollout(
    'deliberately local',
    'local',
    { verdict: 'local', cause: 'none' },
    {
      prepare: ({ watch }) => watch({ gateway: { expect: { cache: 'local' } } }),
      restore: ({ watch }) => watch(),
    },
  ),
  rollout('mode: default_off', 'on demand', { verdict: 'working', cause: 'none' }, { passing: [] }),
  rollout('supported_call_types empty', 'no call types', { verdict: 'not_caching', cause: 'call_type_not_cached' }, ASKED_ANEW),
  rollout('supported_call_types with chat only', 'chat only', { verdict: 'partial', cause: 'call_type_not_cached' }, ASKED_ANEW),
  rollout('redis_flush_size', 'batching', { verdict: ['memory_only', 'not_caching', 'partial'], cause: 'write_batching' }, ASKED_ANEW),
  // The older release answers a prompt with what it has of any that resembles it; the newer one keeps a pair, which has a
  // namespace of its own, to itself. With the origin a shape may show it before a pair does.
  rollout(
    'semantic cache',
    'semantic',
    (release) =>
      hasBehaviour(release, 'semantic_scope')
        ? { verdict: 'local', cause: 'cache_local' }
        : { verdict: 'wrong_answers', cause: 'semantic_or_key_collision' },
    { releases: 'both', besides: ['cache_local', 'answer_wrong'] },
  ),
  rollout(
    'TTL of users’ entries too short',
    'short life',
    { verdict: 'working', cause: ['none', 'ttl_too_short'] },
    {
      intervals: 11,
      // Every tenth pair on completions shows it; the probe's own entries live as long as they are told to.
      shows: (text) =>
        (metricValue(text, 'llm_cache_probe_key_ttl_seconds', { route: 'completions', cache_controls: 'none' }) ?? 3_600) <= 1,
    },
  ),
];
