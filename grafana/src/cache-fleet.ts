import { NoUnit, PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { alertsTable } from './alerts.ts';
import { dashboard } from './dashboard.ts';
import { RIGHT_SHARE } from './pairs.ts';
import { buckets, calc, count, counter, gauge, increase, max, ofMasters, quantile, rate, sum, together } from './query.ts';
import { stat } from './stat.ts';
import { AUTH_CODE, AUTH_STATES, CAUSE_CODE, CAUSES, COLOUR, VERDICT_CODE, VERDICTS, WORKING, yesOrNo } from './states.ts';
import { table } from './table.ts';
import { timeline } from './timeline.ts';
import { windowVariable } from './variables.ts';

const since = max(['gateway'], gauge('llm.cache.verdict_since.timestamp'));
const duplicates = increase(buckets('llm.cache.probe.request.duration', { request: 'duplicate' }), '$window');
const used = ofMasters(['redis_target'], gauge('redis.memory.used'));
const limit = ofMasters(['redis_target'], gauge('redis.maxmemory'));
const failing = max(['redis_target', 'credential'], gauge('redis.auth.state', { state: 'failed' }));

const OPEN_GATEWAY = '/d/cache-truth?var-gateway=${__value.raw}&${__url_time_range}';
const OPEN_TARGET = '/d/cache-redis?var-target=${__value.raw}&${__url_time_range}';

export const CACHE_FLEET = dashboard({
  uid: 'cache-fleet',
  title: 'Fleet',
  description: 'Every gateway and every Redis at a glance, the worst first.',
  variables: [windowVariable()],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Gateways by verdict',
          shows: 'Number of gateways by verdict.',
          act: 'every gateway that is not *working* is in the table below.',
          width: 12,
          height: 4,
          unit: Short,
          colours: Object.fromEntries(VERDICTS.map(({ value, colour }) => [value, colour])),
          queries: [{ of: calc`${sum(['verdict'], max(['gateway', 'verdict'], gauge('llm.cache.verdict')))} > 0`, legend: '{{verdict}}' }],
          runbooks: ['CacheRedisPathBroken'],
        }),
        stat({
          title: 'Gateways without a working cache',
          shows: 'Gateways whose verdict is not *working*; those that are local on purpose count too.',
          act: 'zero is the aim; the rows below say which and since when.',
          width: 4,
          height: 4,
          unit: Short,
          steps: [COLOUR.good, [1, COLOUR.bad]],
          queries: [{ of: calc`count(${WORKING} == 0) or vector(0)`, legend: 'broken' }],
          runbooks: ['CacheRedisPathBroken'],
        }),
        stat({
          title: 'Redis servers down',
          shows: 'Servers that do not answer at all.',
          act: 'every gateway of such a server answers from memory or not at all.',
          width: 4,
          height: 4,
          unit: Short,
          steps: [COLOUR.good, [1, COLOUR.bad]],
          queries: [{ of: calc`count(${max(['redis_target'], gauge('redis.up'))} == 0) or vector(0)`, legend: 'down' }],
          runbooks: ['RedisDown'],
        }),
        stat({
          title: 'Credentials that fail',
          shows: 'Credentials that do not open a fresh connection.',
          act: 'each of them is an outage now or at the next reconnect: see AUTH and security.',
          width: 4,
          height: 4,
          unit: Short,
          steps: [COLOUR.good, [1, COLOUR.bad]],
          queries: [{ of: calc`count(${failing} == 1) or vector(0)`, legend: 'failing' }],
          runbooks: ['RedisAuthFailing'],
        }),
      ],
    },
    {
      title: 'Gateways',
      panels: [
        table({
          title: 'Gateways, the worst first',
          shows:
            'Verdict and cause of each gateway with the Redis that should hold its cache, and what its pairs measured in the probe window.',
          act: 'begin at the top; a click on the name opens Cache truth for that gateway.',
          width: 24,
          height: 9,
          labels: { gateway: 'Gateway', redis_target: 'Redis', version: 'LiteLLM', cache_type: 'Says it caches in' },
          links: { gateway: { title: 'Open Cache truth', url: OPEN_GATEWAY }, redis_target: { title: 'Open Redis', url: OPEN_TARGET } },
          facts: [
            count(['gateway', 'redis_target'], gauge('cache_exporter.gateway_target_info')),
            count(['gateway', 'version', 'cache_type'], gauge('llm.gateway.info')),
          ],
          columns: [
            { name: 'Verdict', of: VERDICT_CODE, unit: NoUnit, states: VERDICTS },
            { name: 'Cause', of: CAUSE_CODE, unit: NoUnit, states: CAUSES },
            { name: 'For', of: calc`time() - ${since}`, unit: Seconds, decimals: 0 },
            {
              name: 'Right pairs',
              of: RIGHT_SHARE,
              unit: PercentUnit,
              decimals: 1,
              steps: [COLOUR.bad, [0.9, COLOUR.warn], [0.99, COLOUR.good]],
            },
            { name: 'Duplicate p95', of: quantile(0.95, ['gateway'], duplicates), unit: Seconds, decimals: 1 },
            {
              name: 'Speed-up',
              of: max(['gateway'], gauge('llm.cache.probe.speedup.median', { bound: 'point' })),
              unit: NoUnit,
              decimals: 1,
            },
          ],
          sortedBy: 'Verdict',
          runbooks: ['CacheRedisPathBroken', 'CacheWrongAnswers', 'GatewayUnreachable'],
        }),
        timeline({
          title: 'Verdicts of the fleet',
          shows: 'The verdict of each gateway over time.',
          act: 'several gateways that change at once share a Redis, a password or a deployment.',
          width: 24,
          height: 8,
          states: VERDICTS,
          queries: [{ of: VERDICT_CODE, legend: '{{gateway}}' }],
          runbooks: ['CacheRedisPathBroken'],
        }),
      ],
    },
    {
      title: 'Redis servers',
      panels: [
        table({
          title: 'Redis servers, those that are down first',
          shows: 'State, memory, clients, evictions and errors of each server.',
          act: 'a click on the name opens Redis for that server.',
          width: 14,
          height: 8,
          labels: { redis_target: 'Target' },
          links: { redis_target: { title: 'Open Redis', url: OPEN_TARGET } },
          columns: [
            {
              name: 'Server',
              of: calc`1 - ${max(['redis_target'], gauge('redis.up'))}`,
              unit: NoUnit,
              states: [
                { value: 'up', colour: COLOUR.good },
                { value: 'down', colour: COLOUR.bad },
              ],
            },
            { name: 'Failing credentials', of: sum(['redis_target'], failing), unit: Short, steps: [COLOUR.good, [1, COLOUR.bad]] },
            {
              name: 'Memory of limit',
              of: calc`${used} / ${limit}`,
              unit: PercentUnit,
              decimals: 1,
              steps: ['transparent', [0.9, COLOUR.warn]],
            },
            {
              name: 'Clients of limit',
              of: calc`${together(['redis_target'], gauge('redis.clients.connected'))} / ${together(['redis_target'], gauge('redis.clients.max'))}`,
              unit: PercentUnit,
              decimals: 1,
              steps: ['transparent', [0.8, COLOUR.warn]],
            },
            { name: 'Evictions/s', of: ofMasters(['redis_target'], rate(counter('redis.keys.evicted'))), unit: NoUnit, decimals: 1 },
            { name: 'Errors/s', of: together(['redis_target'], rate(counter('redis.error_replies'))), unit: NoUnit, decimals: 1 },
          ],
          sortedBy: 'Server',
          runbooks: ['RedisDown', 'RedisMemoryFull'],
        }),
        alertsTable({ width: 10, height: 8 }),
        timeline({
          title: 'Credentials of the fleet',
          shows: 'The state of each credential over time.',
          act: 'a rotation shows as one step; a client that stays red after it still uses the old password.',
          width: 24,
          height: 8,
          states: AUTH_STATES,
          queries: [{ of: AUTH_CODE, legend: '{{redis_target}} {{credential}}' }],
          runbooks: ['RedisAuthFailing'],
        }),
        timeline({
          title: 'Servers of the fleet',
          shows: 'Whether each server answered over time.',
          act: 'down and up again within seconds is a restart or failover.',
          width: 24,
          height: 6,
          states: yesOrNo('up', 'down'),
          queries: [{ of: max(['redis_target'], gauge('redis.up')), legend: '{{redis_target}}' }],
          runbooks: ['RedisDown'],
        }),
      ],
    },
  ],
});
