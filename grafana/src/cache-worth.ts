import { BytesIEC, NoUnit, OpsPerSecond, PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { bars } from './bars.ts';
import { dashboard } from './dashboard.ts';
import { lines } from './lines.ts';
import {
  buckets,
  calc,
  counter,
  dailySum,
  foreignCounter,
  foreignGauge,
  gauge,
  increase,
  max,
  meanOver,
  observations,
  quantile,
  rate,
  sum,
} from './query.ts';
import { stat } from './stat.ts';
import { COLOUR, yesOrNo } from './states.ts';
import { table } from './table.ts';
import { timeline } from './timeline.ts';
import { litellmVariable } from './variables.ts';

const USD = 'currencyUSD';
const NO_MONEY = 'no prices or counters of LiteLLM';
const NO_SAMPLE = 'no redis[].reuse, or not watched for long enough';

const saved = foreignGauge('gateway_model:llm_cache_saved_usd:rate1h');
const lost = foreignGauge('gateway:llm_cache_lost_usd:rate10m');
const spent = foreignCounter('litellm_spend_metric_total');
const hits = foreignGauge('gateway:litellm_cache_hits:ratio_increase1h');
const hitShare = meanOver(hits, '24h');

const response = { class: 'response_or_key_hash' } as const;
const bytes = max(['redis_target'], gauge('redis.census.bytes', response));
const counted = max(['redis_target'], gauge('redis.census.keys', response));
const keysAt = max(['redis_target', 'gateway', 'ttl'], gauge('redis.cache.keys_at_ttl'));
const bytesAt = calc`${keysAt} * on (redis_target) group_left () (${bytes} / (${counted} > 0))`;

/** Misses with a time to live as a share of those that there were, and what that makes of the users' hit ratio. */
const missesAt = foreignGauge('redis_target_gateway_ttl:redis_cache_misses:ratio_increase1d');
const hitsAt = calc`1 - ${missesAt} * on (gateway) group_left () (1 - ${hitShare})`;
/** Every miss is paid for, so the spend of a day goes with the misses. */
const spentDaily = sum(['gateway'], increase(spent, '24h'));
const spentAt = calc`${missesAt} * on (gateway) group_left () ${spentDaily}`;

const missed = foreignGauge('redis_target_gateway:redis_cache_misses:increase1d');
const evicted = foreignGauge('redis_target_gateway_lost:redis_cache_rewrites:increase1d', { lost: 'evicted' });
const evictedShare = calc`${max(['redis_target', 'gateway'], evicted)} / (${max(['redis_target', 'gateway'], missed)} > 0)`;
const intervals = rate(buckets('redis.cache.rewrite_interval', { lost: ['expired', 'evicted'] }));

export const CACHE_WORTH = dashboard({
  uid: 'cache-worth',
  title: 'Cache worth',
  description: 'What the cache saves and what its outages cost, and what another time to live or more memory would bring.',
  variables: [litellmVariable()],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Saved in a day',
          shows:
            'What the answers from the cache of the last 24 hours would have cost: their tokens at the price of the tokens that were paid for.',
          act: 'compare it with what Redis costs; docs/worth.md says what the figure leaves out.',
          width: 6,
          height: 4,
          unit: USD,
          queries: [{ of: calc`86400 * ${sum(['gateway'], meanOver(saved, '24h'))}`, legend: '{{gateway}}' }],
          runbooks: ['CacheHitRatioLow'],
          empty: NO_MONEY,
        }),
        stat({
          title: 'Lost in outages, last hour',
          shows: 'What was paid in outages of the last hour for answers that the cache would have had. It comes in over ten minutes.',
          act: 'end the outage: the verdict and its cause are on *Cache truth*.',
          width: 6,
          height: 4,
          unit: USD,
          queries: [{ of: max(['gateway'], foreignGauge('gateway:llm_cache_lost_usd:increase1h')), legend: '{{gateway}}' }],
          runbooks: ['CacheRedisPathBroken', 'CacheBreakerStuckLong'],
          empty: 'no outage',
        }),
        stat({
          title: 'Lost in outages, last day',
          shows: 'The same for all outages of the last 24 hours.',
          act: 'what comes back every day is worth more than one that lasts long: see the marks for when.',
          width: 6,
          height: 4,
          unit: USD,
          queries: [{ of: max(['gateway'], dailySum(lost)), legend: '{{gateway}}' }],
          runbooks: ['CacheRedisPathBroken'],
          empty: 'no outage',
        }),
        stat({
          title: 'Hit ratio of users',
          shows: "Share of the users' requests of the last hour that were answered from the cache, of at least 100.",
          act: 'below 60 % see which time to live would help, and which field keeps equal questions apart: litellm-cache-exporter explain.',
          width: 6,
          height: 4,
          unit: PercentUnit,
          decimals: 1,
          steps: [COLOUR.warn, [0.6, COLOUR.good]],
          queries: [{ of: max(['gateway'], hits), legend: '{{gateway}}' }],
          runbooks: ['CacheHitRatioLow'],
          empty: 'no counters of LiteLLM',
        }),
      ],
    },
    {
      title: 'Money',
      panels: [
        lines({
          title: 'Saved by model',
          shows: 'US dollars an hour that answers from the cache would have cost, by the model behind them.',
          act: 'a model that is missing has no price in LiteLLM, or never hits.',
          width: 8,
          height: 8,
          unit: USD,
          min: 0,
          stacked: true,
          queries: [{ of: calc`3600 * ${sum(['gateway', 'model'], saved)}`, legend: '{{gateway}} {{model}}' }],
          empty: NO_MONEY,
        }),
        lines({
          title: 'Lost in outages',
          shows:
            'US dollars an hour that are paid because the cache is out of order, while the verdict says so and for ten minutes after it.',
          act: 'the area is the cost of the outage; it belongs into its report.',
          width: 8,
          height: 8,
          unit: USD,
          min: 0,
          queries: [{ of: calc`3600 * ${max(['gateway'], lost)}`, legend: '{{gateway}}' }],
          runbooks: ['CacheRedisPathBroken'],
          empty: 'no outage',
        }),
        lines({
          title: 'Spent by model',
          shows: 'US dollars an hour that LiteLLM reports as spent, by model: what was not in the cache.',
          act: 'the model on top is where one more hit is worth most.',
          width: 8,
          height: 8,
          unit: USD,
          min: 0,
          stacked: true,
          queries: [{ of: calc`3600 * ${sum(['gateway', 'model'], rate(spent))} > 0`, legend: '{{gateway}} {{model}}' }],
          empty: NO_MONEY,
        }),
      ],
    },
    {
      title: 'Another time to live',
      panels: [
        bars({
          title: 'Hit ratio at each time to live',
          shows: "What the users' hit ratio of the last 24 hours would have been with this time to live in seconds, and memory enough.",
          act: 'choose one gateway; where the bars stop to grow a longer time to live brings nothing.',
          width: 8,
          height: 12,
          unit: PercentUnit,
          decimals: 1,
          max: 1,
          query: { of: calc`sort(${max(['gateway', 'ttl'], hitsAt)})`, legend: '{{gateway}} {{ttl}} s' },
          runbooks: ['CacheHitRatioLow', 'CacheTtlUnexpected'],
          empty: NO_SAMPLE,
        }),
        bars({
          title: 'Memory at each time to live',
          shows: 'What the answers would take with this time to live in seconds: their number times the size that the census found.',
          act: 'keep it below maxmemory with room for the rest, or evictions take the place of expiry.',
          width: 8,
          height: 12,
          unit: BytesIEC,
          decimals: 1,
          query: { of: calc`sort(${max(['gateway', 'ttl'], bytesAt)})`, legend: '{{gateway}} {{ttl}} s' },
          runbooks: ['RedisMemoryFull'],
          empty: 'no redis[].reuse or no census',
        }),
        table({
          title: 'Times to live compared',
          shows:
            'Misses with a time to live against those that there were in 24 hours, answers that are kept, and what a day of misses costs.',
          act: 'take the shortest time to live behind which the misses hardly fall, and see that answers may be that old.',
          width: 8,
          height: 12,
          labels: { gateway: 'Gateway', ttl: 'Seconds' },
          columns: [
            { name: 'Misses', of: max(['gateway', 'ttl'], missesAt), unit: PercentUnit, decimals: 1 },
            { name: 'Answers', of: max(['gateway', 'ttl'], keysAt), unit: Short, decimals: 0 },
            { name: 'Spent a day', of: max(['gateway', 'ttl'], spentAt), unit: USD },
          ],
          sortedBy: 'Misses',
          empty: NO_SAMPLE,
        }),
      ],
    },
    {
      title: 'Misses',
      panels: [
        lines({
          title: 'Written for the first time and again',
          shows:
            'Answers that users had written per second, from the sample: each is a miss, and again means that it was in the cache before.',
          act: 'where nearly all are first, no time to live helps: see with explain what keeps the keys of equal questions apart.',
          width: 8,
          height: 8,
          unit: OpsPerSecond,
          min: 0,
          stacked: true,
          queries: [{ of: max(['gateway', 'kind'], rate(counter('redis.cache.writes'))), legend: '{{gateway}} {{kind}}' }],
          empty: NO_SAMPLE,
        }),
        lines({
          title: 'Written again, by how the answer was lost',
          shows: 'Answers per second that were written again, by what had happened to the one before.',
          act: 'expired: a longer time to live; evicted: more memory; deleted and flushed: a purge; alive: callers that go past the cache.',
          width: 8,
          height: 8,
          unit: OpsPerSecond,
          min: 0,
          stacked: true,
          queries: [{ of: max(['gateway', 'lost'], rate(observations('redis.cache.rewrite_interval'))), legend: '{{gateway}} {{lost}}' }],
          runbooks: ['RedisEvicting'],
          empty: NO_SAMPLE,
        }),
        lines({
          title: 'Time between two writes of an answer',
          shows: 'Half and nine tenths of the answers that had expired or been evicted were asked for again within this time.',
          act: 'a time to live below the lower line loses most of what is asked again.',
          width: 8,
          height: 8,
          unit: Seconds,
          logarithmic: true,
          queries: [
            { of: quantile(0.5, ['gateway'], intervals), legend: '{{gateway}} p50' },
            { of: quantile(0.9, ['gateway'], intervals), legend: '{{gateway}} p90', dashed: true },
          ],
          empty: NO_SAMPLE,
        }),
        stat({
          title: 'Misses because of evictions',
          shows: 'Share of the misses of 24 hours whose answer had been in the cache and was evicted.',
          act: 'above some percent more memory, or a shorter time to live, brings hits back.',
          width: 12,
          height: 4,
          unit: PercentUnit,
          decimals: 1,
          steps: [COLOUR.good, [0.05, COLOUR.warn]],
          queries: [{ of: max(['gateway'], evictedShare), legend: '{{gateway}}' }],
          runbooks: ['RedisEvicting', 'RedisMemoryFull'],
          empty: NO_SAMPLE,
        }),
        stat({
          title: 'What evictions cost in a day',
          shows: 'That share of what LiteLLM spent in 24 hours.',
          act: 'set it against the price of the memory that would end them.',
          width: 12,
          height: 4,
          unit: USD,
          queries: [{ of: calc`${max(['gateway'], evictedShare)} * on (gateway) ${spentDaily}`, legend: '{{gateway}}' }],
          runbooks: ['RedisEvicting'],
          empty: 'no sample, or no prices',
        }),
      ],
    },
    {
      title: 'How the sample is made',
      panels: [
        timeline({
          title: 'Whether every write of the sample is told',
          shows: 'Whether the server tells the exporter of every write in the sample, on all masters of a cluster.',
          act: 'while it does not, the figures of reuse stand still: see the rights of the exporter and its log.',
          width: 8,
          height: 6,
          states: yesOrNo('told', 'not told'),
          queries: [{ of: max(['redis_target'], gauge('redis.cache.reuse.up')), legend: '{{redis_target}}' }],
        }),
        lines({
          title: 'Keys of the sample',
          shows: 'Keys whose last write is remembered, and how many are at most.',
          act: 'at the limit the oldest are forgotten and long times to live look worse than they are: take a smaller sample.',
          width: 8,
          height: 6,
          unit: Short,
          min: 0,
          queries: [
            { of: max(['redis_target'], gauge('redis.cache.reuse.tracked_keys')), legend: '{{redis_target}}' },
            { of: max(['redis_target'], gauge('redis.cache.reuse.tracked_keys_limit')), legend: '{{redis_target}} limit', dashed: true },
          ],
          empty: NO_SAMPLE,
        }),
        lines({
          title: 'Keys that the sample missed',
          shows: 'Keys per second that were forgotten because of the limit, and messages per second that were not looked at.',
          act: 'what rises makes the figures above worse than they are; dropped messages mean that the server or the exporter is overloaded.',
          width: 5,
          height: 6,
          unit: OpsPerSecond,
          min: 0,
          queries: [
            { of: max(['redis_target'], rate(counter('redis.cache.reuse.forgotten'))), legend: '{{redis_target}} forgotten' },
            { of: max(['redis_target'], rate(counter('redis.cache.reuse.dropped'))), legend: '{{redis_target}} dropped' },
          ],
          empty: NO_SAMPLE,
        }),
        stat({
          title: 'Share that is watched',
          shows: 'Share of the keys that are watched for reuse.',
          act: 'a greater share is surer and costs more; 1/256 is enough from some hundred writes a minute on.',
          width: 3,
          height: 6,
          unit: NoUnit,
          decimals: 5,
          queries: [{ of: max(['redis_target'], gauge('redis.cache.reuse.sample')), legend: '{{redis_target}}' }],
          empty: 'none',
        }),
      ],
    },
  ],
});
