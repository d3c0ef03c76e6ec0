import { CountsPerMinute, NoUnit, PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { dashboard } from './dashboard.ts';
import { lines } from './lines.ts';
import { RIGHT_SHARE } from './pairs.ts';
import {
  buckets,
  calc,
  counter,
  foreignCounter,
  foreignGauge,
  gauge,
  increase,
  max,
  observations,
  ofMasters,
  quantile,
  rate,
  sum,
  total,
} from './query.ts';
import { stat } from './stat.ts';
import {
  CAUSE_CODE,
  CAUSES,
  COLOUR,
  FIDELITIES,
  FIDELITY_CODE,
  OUTCOME_CODE,
  OUTCOMES,
  VERDICT_CODE,
  VERDICTS,
  yesOrNo,
} from './states.ts';
import { TENANT_ROW } from './tenant-row.ts';
import { timeline } from './timeline.ts';
import { litellmVariable, windowVariable } from './variables.ts';

const USD = 'currencyUSD';

const requests = buckets('llm.cache.probe.request.duration', { request: 'first' });
const duplicates = buckets('llm.cache.probe.request.duration', { request: 'duplicate' });
const pairs = counter('llm.cache.probe.pairs');
const age = calc`time() - ${max(['gateway'], gauge('llm.cache.verdict_since.timestamp'))}`;

/**
 * Requests of users: without those of models that the probes ask for by name, and without the hits of their
 * deployments, which LiteLLM counts by another name.
 */
const asked = foreignCounter('litellm_proxy_total_requests_metric_total', { status_code: '200' });
const probed = calc`label_replace(${max(['gen_ai_request_model'], increase(pairs, '1h'))}, "requested_model", "$1", "gen_ai_request_model", "(.+)")`;
const probes = calc`(${increase(asked, '1h')} and on (requested_model) ${probed})`;
const userRequests = calc`sum by (gateway) (${rate(asked)} unless on (requested_model) ${probed})`;
const userHits = calc`sum by (gateway) (${rate(foreignCounter('litellm_cache_hits_metric_total'))} unless on (model_id) ${probes})`;
const hitRatio = calc`(${userHits} or on (gateway) 0 * ${userRequests}) / ${userRequests}`;

const keyHits = ofMasters(['redis_target'], rate(counter('redis.keyspace.hits')));
const keyMisses = ofMasters(['redis_target'], rate(counter('redis.keyspace.misses')));

export const CACHE_TRUTH = dashboard({
  uid: 'cache-truth',
  title: 'Cache truth',
  description: 'Whether the Redis cache behind each LiteLLM gateway really answers, why not, and what it is worth.',
  variables: [litellmVariable(), windowVariable()],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Verdict',
          shows: 'What the last pairs of identical requests say of the cache of each gateway.',
          act: 'anything but *working* means that users pay for answers that they had before; read the cause beside it and open its runbook.',
          width: 6,
          height: 4,
          unit: NoUnit,
          states: VERDICTS,
          queries: [{ of: VERDICT_CODE, legend: '{{gateway}}' }],
          runbooks: ['CacheRedisPathBroken', 'CacheWrongAnswers', 'CachePartial', 'CacheDisabled', 'CacheLocal', 'CacheVerdictUnknown'],
          empty: 'no exporter',
        }),
        stat({
          title: 'Cause',
          shows: 'Why the cache of each gateway does not work; *none* while it does.',
          act: 'the names that begin with redis_ are to be mended at Redis or at its password, the others at the gateway.',
          width: 6,
          height: 4,
          unit: NoUnit,
          states: CAUSES,
          queries: [{ of: CAUSE_CODE, legend: '{{gateway}}' }],
          runbooks: ['CacheRedisPathBroken', 'CacheBreakerStuck', 'CacheBreakerStuckLong', 'RedisAuthBreaksGateway'],
        }),
        stat({
          title: 'For',
          shows: 'How long the cache of each gateway has been working, or has not.',
          act: 'compare the moment with your deployments and password rotations.',
          width: 4,
          height: 4,
          unit: Seconds,
          decimals: 0,
          queries: [{ of: age, legend: '{{gateway}}' }],
        }),
        stat({
          title: 'Pairs that were right',
          shows:
            'Share of the pairs in the probe window that were answered as they should be, without those that got no answer. The objective is 99 %.',
          act: 'below the objective, see below which outcome took their place.',
          width: 4,
          height: 4,
          unit: PercentUnit,
          decimals: 1,
          steps: [COLOUR.bad, [0.9, COLOUR.warn], [0.99, COLOUR.good]],
          queries: [{ of: RIGHT_SHARE, legend: '{{gateway}}' }],
          runbooks: ['CacheErrorBudgetBurnFast', 'CacheErrorBudgetBurnSlow'],
        }),
        stat({
          title: 'Last pair',
          shows: 'Time since the last pair of each gateway.',
          act: 'when it grows past a few intervals the verdict is old: look at skipped pairs below and at the dashboard of the exporter.',
          width: 4,
          height: 4,
          unit: Seconds,
          decimals: 0,
          steps: [COLOUR.good, [600, COLOUR.warn], [1800, COLOUR.bad]],
          queries: [{ of: calc`time() - ${max(['gateway'], gauge('llm.cache.probe.last_run.timestamp'))}`, legend: '{{gateway}}' }],
          runbooks: ['ProbeStale'],
        }),
      ],
    },
    {
      title: 'What happened',
      panels: [
        timeline({
          title: 'Verdict over time',
          shows: 'The verdict of each gateway; where several exporters disagree, the worst.',
          act: 'look for what was deployed or rotated where the colour changes.',
          width: 24,
          height: 5,
          states: VERDICTS,
          queries: [{ of: VERDICT_CODE, legend: '{{gateway}}' }],
          runbooks: ['CacheRedisPathBroken', 'CacheWrongAnswers', 'CachePartial', 'CacheNotMeasurable', 'GatewayUnreachable'],
        }),
        timeline({
          title: 'Cause over time',
          shows: 'Why the cache of each gateway did not work.',
          act: 'the cause follows the evidence of Redis, of the gateway and of the pairs; the status page of the exporter shows that evidence.',
          width: 24,
          height: 5,
          states: CAUSES,
          queries: [{ of: CAUSE_CODE, legend: '{{gateway}}' }],
        }),
        timeline({
          title: 'Outcome of the pairs by route',
          shows: 'What the last pair of each route came to.',
          act: 'one route alone that misses is a call type that the gateway does not cache; all of them are Redis or the path to it.',
          width: 24,
          height: 6,
          states: OUTCOMES,
          queries: [{ of: OUTCOME_CODE, legend: '{{gateway}} {{route}}' }],
          runbooks: ['CachePartial', 'CacheControlFailed'],
        }),
      ],
    },
    TENANT_ROW,
    {
      title: 'What the cache does to answers',
      panels: [
        timeline({
          title: 'Answers by shape',
          shows:
            'Whether a hit gives back each kind of answer as it was stored; tried one after the other, with the origin behind the probe model.',
          act: 'wrong is worse than no cache: take that call out of supported_call_types. What the parts are stands on the status page of the exporter. Empty without the origin.',
          width: 16,
          height: 10,
          states: FIDELITIES,
          queries: [{ of: FIDELITY_CODE, legend: '{{gateway}} {{shape}}' }],
          runbooks: ['CacheAnswerAltered', 'CacheWrongAnswers'],
        }),
        lines({
          title: 'Tries by result',
          shows: 'Tries of shapes in the probe window, by what they showed.',
          act: 'results of one shape that alternate are replicas of different releases. Nothing at all means that the share of time for questions is used up, or that the cache does not serve.',
          width: 8,
          height: 10,
          unit: Short,
          stacked: true,
          colours: Object.fromEntries(FIDELITIES.map(({ value, colour }) => [value, colour])),
          queries: [{ of: calc`${sum(['result'], increase(counter('llm.cache.fidelity.checks'), '$window'))} > 0`, legend: '{{result}}' }],
        }),
      ],
    },
    {
      title: 'What a hit is worth',
      panels: [
        lines({
          title: 'First answer against its duplicate',
          shows:
            'Median and 95th percentile of the duration of the first requests and of their duplicates. Each mark is a request: it opens its trace.',
          act: 'duplicates should stay below 50 ms whatever the first takes; where the lines meet nothing is cached. Open the trace of a slow mark.',
          width: 12,
          height: 9,
          unit: Seconds,
          logarithmic: true,
          steps: ['transparent', [0.05, COLOUR.warn]],
          queries: [
            { of: quantile(0.5, ['gateway'], increase(requests, '$window')), legend: '{{gateway}} first p50', exemplars: true },
            { of: quantile(0.95, ['gateway'], increase(requests, '$window')), legend: '{{gateway}} first p95', dashed: true },
            { of: quantile(0.5, ['gateway'], increase(duplicates, '$window')), legend: '{{gateway}} duplicate p50', exemplars: true },
            { of: quantile(0.95, ['gateway'], increase(duplicates, '$window')), legend: '{{gateway}} duplicate p95', dashed: true },
          ],
          runbooks: ['CacheHitLatencyHigh'],
        }),
        lines({
          title: 'Speed-up',
          shows: 'Median of first answer divided by duplicate of the last pairs that hit, with bounds that hold with 95 %.',
          act: 'below 2 a cached answer hardly pays, unless the model is a mock: then the first answer is as fast as the cache.',
          width: 12,
          height: 9,
          unit: NoUnit,
          logarithmic: true,
          steps: ['transparent', [2, COLOUR.warn]],
          queries: [
            { of: max(['gateway', 'route'], gauge('llm.cache.probe.speedup.median', { bound: 'point' })), legend: '{{gateway}} {{route}}' },
            {
              of: max(['gateway', 'route'], gauge('llm.cache.probe.speedup.median', { bound: 'lower' })),
              legend: '{{gateway}} {{route}} lower bound',
              dashed: true,
            },
            {
              of: max(['gateway', 'route'], gauge('llm.cache.probe.speedup.median', { bound: 'upper' })),
              legend: '{{gateway}} {{route}} upper bound',
              dashed: true,
            },
          ],
          runbooks: ['CacheSpeedupLow'],
        }),
        lines({
          title: 'Pairs by outcome',
          shows: 'Pairs of the probe window by outcome.',
          act: 'everything but ok is explained in the runbooks; hit_not_in_redis means memory of the worker, miss_key_present that the gateway could not read.',
          width: 12,
          height: 8,
          unit: Short,
          stacked: true,
          colours: Object.fromEntries(OUTCOMES.map(({ value, colour }) => [value, colour])),
          queries: [{ of: calc`${sum(['outcome'], increase(pairs, '$window'))} > 0`, legend: '{{outcome}}' }],
          runbooks: ['CacheErrorBudgetBurnFast'],
        }),
        lines({
          title: 'Where a duplicate spends its time',
          shows:
            'Phases of the duplicate of the last pair, from opening the connection to the last byte; the slowest route of the chosen gateways.',
          act: 'a long *wait* is the gateway or its Redis; *resolve*, *connect* and *tls* are the network between exporter and gateway.',
          width: 12,
          height: 8,
          unit: Seconds,
          stacked: true,
          queries: [
            {
              of: max(['phase'], gauge('llm.cache.probe.phase.duration', { request: 'duplicate' })),
              legend: '{{phase}}',
            },
          ],
        }),
        lines({
          title: 'Time to the first chunk',
          shows: 'Median time to the first content of streamed answers, of the first requests and of their duplicates.',
          act: 'a duplicate that starts as late as the first was not streamed from the cache. Empty without the route chat_stream.',
          width: 12,
          height: 7,
          unit: Seconds,
          queries: [
            {
              of: quantile(0.5, ['gateway', 'request'], increase(buckets('llm.cache.probe.time_to_first_chunk'), '$window')),
              legend: '{{gateway}} {{request}}',
              exemplars: true,
            },
          ],
        }),
        lines({
          title: 'Speed-up of single pairs',
          shows: 'Quartiles of first answer divided by duplicate over the pairs of the probe window.',
          act: 'a wide band is a first answer of very different length, not a bad cache.',
          width: 12,
          height: 7,
          unit: NoUnit,
          queries: [
            {
              of: quantile(0.25, ['gateway'], increase(buckets('llm.cache.probe.speedup'), '$window')),
              legend: '{{gateway}} p25',
              dashed: true,
            },
            {
              of: quantile(0.5, ['gateway'], increase(buckets('llm.cache.probe.speedup'), '$window')),
              legend: '{{gateway}} p50',
              exemplars: true,
            },
            {
              of: quantile(0.75, ['gateway'], increase(buckets('llm.cache.probe.speedup'), '$window')),
              legend: '{{gateway}} p75',
              dashed: true,
            },
          ],
        }),
      ],
    },
    {
      title: "Users' view against the view of Redis",
      panels: [
        lines({
          title: "Hit ratio of users' requests",
          shows:
            "Share of LiteLLM's requests that it answered from a cache, memory of its workers included, without the models of the probes.",
          act: 'expect 60 to 80 % after warm-up where requests repeat; compare with the verdict: a ratio that stays high while the verdict is memory_only comes from the workers.',
          width: 12,
          height: 8,
          unit: PercentUnit,
          min: 0,
          max: 1,
          steps: ['transparent', [0.6, COLOUR.good]],
          queries: [{ of: hitRatio, legend: '{{gateway}} answered from a cache' }],
          runbooks: ['CacheHitRatioLow'],
        }),
        lines({
          title: 'Key look-ups in Redis that found something',
          shows: 'Keyspace hits divided by look-ups, of everything that LiteLLM keeps in Redis: rate limits and locks as well as answers.',
          act: 'never read it as the hit ratio of the cache; only its sudden change says something.',
          width: 12,
          height: 8,
          unit: PercentUnit,
          min: 0,
          max: 1,
          queries: [{ of: calc`${keyHits} / (${keyHits} + ${keyMisses})`, legend: '{{redis_target}}' }],
        }),
        lines({
          title: 'Redis errors that LiteLLM saw',
          shows: "Failed Redis calls of LiteLLM by class of error, from LiteLLM's own metrics.",
          act: 'AuthenticationError is a wrong password on the side of the gateway; RedisCircuitBreakerOpenError means that it no longer tries.',
          width: 12,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${sum(['error_class'], rate(foreignCounter('litellm_redis_failed_requests_total')))} > 0`,
              legend: '{{error_class}}',
            },
          ],
          runbooks: ['RedisAuthBreaksGateway'],
        }),
        lines({
          title: 'Redis latency that LiteLLM saw',
          shows: "95th percentile of LiteLLM's own Redis calls.",
          act: 'compare with the execution times on the dashboard Redis: the difference is network, pool and event loop of the gateway.',
          width: 12,
          height: 8,
          unit: Seconds,
          queries: [{ of: quantile(0.95, [], rate(foreignCounter('litellm_redis_latency_bucket'))), legend: 'p95' }],
        }),
      ],
    },
    {
      title: 'What is in Redis',
      panels: [
        lines({
          title: 'Time to live of the key',
          shows:
            'What was left of the time to live of the key of the last pair. *none* is what entries of users get, *probe* what the probe asks for.',
          act: 'a line far from the expected one means that another default than cache_params.ttl is in force. Set expect.ttl to see what is expected.',
          width: 8,
          height: 8,
          unit: Seconds,
          min: 0,
          queries: [
            {
              of: max(['gateway', 'route', 'cache_controls'], gauge('llm.cache.probe.key_ttl')),
              legend: '{{gateway}} {{route}}, cache controls {{cache_controls}}',
            },
            { of: max(['gateway'], gauge('llm.cache.probe.expected_ttl')), legend: '{{gateway}} expected', dashed: true },
          ],
          runbooks: ['CacheTtlUnexpected'],
        }),
        lines({
          title: 'Write lag',
          shows: 'Time from the end of the first answer until its key was in Redis.',
          act: 'while it lasts, identical requests are paid for again; above a second, look at write batching (redis_flush_size) and at the load of the gateway.',
          width: 8,
          height: 8,
          unit: Seconds,
          queries: [
            {
              of: quantile(0.5, ['gateway'], increase(buckets('llm.cache.probe.write_lag'), '$window')),
              legend: '{{gateway}} p50',
              exemplars: true,
            },
            {
              of: quantile(0.95, ['gateway'], increase(buckets('llm.cache.probe.write_lag'), '$window')),
              legend: '{{gateway}} p95',
              dashed: true,
            },
          ],
        }),
        lines({
          title: 'Coverage of the replicas',
          shows: 'Share of the ordered pairs of replicas of which the second read from Redis what the first had written.',
          act: 'below 100 % some replicas do not share a cache: compare their environment. Empty without gateways[].addresses.',
          width: 8,
          height: 8,
          unit: PercentUnit,
          min: 0,
          max: 1,
          queries: [{ of: max(['gateway'], gauge('llm.cache.probe.replica_coverage')), legend: '{{gateway}}' }],
          runbooks: ['CacheNotShared'],
        }),
      ],
    },
    {
      title: 'What the probes cost',
      panels: [
        stat({
          title: 'Of the daily budget',
          shows: 'Money that the probes of each gateway cost in the last 24 hours, divided by their daily budget.',
          act: 'at 100 % no pair is sent any more: use a mock model, a longer interval or fewer routes.',
          width: 6,
          height: 7,
          unit: PercentUnit,
          decimals: 1,
          steps: [COLOUR.good, [0.8, COLOUR.warn], [1, COLOUR.bad]],
          queries: [
            {
              of: calc`${sum(['gateway'], increase(counter('llm.cache.probe.cost_usd'), '24h'))} / ${max(['gateway'], gauge('llm.cache.probe.budget_usd'))}`,
              legend: '{{gateway}}',
            },
          ],
          runbooks: ['ProbeBudgetExhausted'],
        }),
        lines({
          title: 'Money per hour',
          shows: 'What the probes of each gateway cost in the hour before, by what the gateway reports for answers that were not hits.',
          act: 'it doubles while the cache is broken, because the duplicate is paid for as well.',
          width: 9,
          height: 7,
          unit: USD,
          queries: [{ of: sum(['gateway'], increase(counter('llm.cache.probe.cost_usd'), '1h')), legend: '{{gateway}}' }],
        }),
        lines({
          title: 'Tokens per minute',
          shows: 'Tokens of the probe requests that were not served from the cache.',
          act: 'more output tokens than the limit of the probe mean that the model ignores it.',
          width: 9,
          height: 7,
          unit: Short,
          queries: [
            {
              of: calc`60 * ${sum(['gateway', 'gen_ai_token_type'], rate(total('gen_ai.client.token.usage')))}`,
              legend: '{{gateway}} {{gen_ai_token_type}}',
            },
          ],
        }),
        lines({
          title: 'Skipped pairs',
          shows: 'Pairs of the probe window that were due and not sent, by reason.',
          act: 'budget: see above. backoff: the cache misses and the probe saves money. overlap: answers take longer than the interval. lease: another exporter probes.',
          width: 12,
          height: 7,
          unit: Short,
          stacked: true,
          queries: [{ of: sum(['reason'], increase(counter('llm.cache.probe.skipped'), '$window')), legend: '{{reason}}' }],
          runbooks: ['ProbeBudgetExhausted', 'ProbeStale'],
        }),
        lines({
          title: 'Interval between pairs',
          shows: 'Effective interval of each route, back-off included.',
          act: 'it grows up to eight times while duplicates miss; detection is as slow as this line is high.',
          width: 12,
          height: 7,
          unit: Seconds,
          queries: [{ of: max(['gateway', 'route'], gauge('llm.cache.probe.interval')), legend: '{{gateway}} {{route}}' }],
        }),
      ],
    },
    {
      title: 'The gateway itself',
      panels: [
        timeline({
          title: 'Alive',
          shows: 'Whether the liveness endpoint of each gateway answers 200.',
          act: 'a gateway that does not answer is a matter of its deployment, not of Redis.',
          width: 8,
          height: 5,
          states: yesOrNo('alive', 'no answer'),
          queries: [{ of: max(['gateway'], gauge('llm.gateway.up')), legend: '{{gateway}}' }],
          runbooks: ['GatewayUnreachable'],
        }),
        timeline({
          title: 'Ready',
          shows:
            'Whether the readiness endpoint of each gateway answers 200. It says nothing about Redis: it stays ready while its cache is broken.',
          act: 'not ready is the database of the gateway.',
          width: 8,
          height: 5,
          states: yesOrNo('ready', 'not ready'),
          queries: [{ of: max(['gateway'], gauge('llm.gateway.ready')), legend: '{{gateway}}' }],
        }),
        timeline({
          title: "Breaker of LiteLLM's Redis client",
          shows: 'Whether LiteLLM has stopped asking Redis for a while, from its own metrics.',
          act: 'open means that Redis failed several times in a row; it tries again by itself.',
          width: 8,
          height: 5,
          states: [
            { value: 'closed', colour: COLOUR.good },
            { value: 'open', colour: COLOUR.bad },
          ],
          queries: [{ of: max([], foreignGauge('litellm_redis_circuit_breaker_state', { state: 'open' })), legend: 'breaker' }],
        }),
        lines({
          title: 'Requests of the exporter',
          shows: 'Requests per minute that the exporter sends to the gateways, by class of status and by failure.',
          act: 'auth: the key of the exporter is refused. quota: it is limited. timeout and closed: the gateway is overloaded or restarts.',
          width: 24,
          height: 8,
          unit: CountsPerMinute,
          stacked: true,
          queries: [
            {
              of: calc`60 * ${sum(['http_response_status_code', 'error_type'], rate(observations('http.client.request.duration')))} > 0`,
              legend: '{{http_response_status_code}} {{error_type}}',
            },
          ],
          runbooks: ['CacheNotMeasurable'],
        }),
      ],
    },
  ],
});
