import { CACHE_CONTROLS, CACHE_MARK, CACHE_TYPE, CAUSE, GATEWAY_FAILURE, OPERATION, OUTCOME, PHASE, QUESTION, REQUEST, ROUTE, SKIP_REASON, VERDICT } from '../model/cache.ts';
import { FIDELITY_RESULT, FIDELITY_SHAPE } from '../model/fidelity.ts';
import { ANSWER_SECONDS, type MetricDefinition, SPEEDUP } from './definition.ts';

const PROBE = { route: ROUTE, 'gen_ai.request.model': 'open' } as const;

/** Everything about a LiteLLM gateway. The prefix is `llm`, because the gateway itself owns `litellm`. */
export const GATEWAY = {
  'llm.gateway.up': { kind: 'gauge', owner: 'gateway', unit: '', labels: {}, help: '1 when the liveness endpoint answers 200.' },
  'llm.gateway.ready': { kind: 'gauge', owner: 'gateway', unit: '', labels: {}, help: "1 when the readiness endpoint answers 200; 503 there is the gateway's database. It says nothing about Redis." },
  'llm.gateway.info': { kind: 'gauge', owner: 'gateway', unit: '', labels: { version: 'open', cache_type: CACHE_TYPE }, help: 'Always 1; version and cache type, as the gateway reports them.' },
  'cache_exporter.gateway_target_info': { kind: 'gauge', owner: 'gateway', unit: '', labels: { redis_target: 'open' }, help: 'Always 1; the Redis target that should hold the cache of this gateway, for joins in alerts.', when: 'a gateway with redis: in the configuration' },

  'llm.cache.probe.interval': { kind: 'gauge', owner: 'gateway', unit: 's', labels: { route: ROUTE }, help: 'Effective interval between pairs, back-off included.' },
  'llm.cache.probe.pairs': { kind: 'counter', owner: 'gateway', unit: '{pair}', labels: { ...PROBE, outcome: OUTCOME }, help: 'Pairs of identical requests, by outcome.' },
  'llm.cache.probe.request.duration': {
    kind: 'histogram', owner: 'gateway', unit: 's', labels: { ...PROBE, request: REQUEST, cache: CACHE_MARK }, buckets: ANSWER_SECONDS,
    help: 'Duration of the requests of a pair, from the start of the request to the last byte, by what the answer says of the cache.',
  },
  'llm.cache.probe.phase.duration': { kind: 'gauge', owner: 'gateway', unit: 's', labels: { route: ROUTE, request: REQUEST, phase: PHASE }, help: 'Phases of the requests of the last pair.' },
  'llm.cache.probe.time_to_first_chunk': {
    kind: 'histogram', owner: 'gateway', unit: 's', labels: { ...PROBE, request: REQUEST, cache: CACHE_MARK }, buckets: ANSWER_SECONDS,
    help: 'Time from the start of the request to the first content of a streamed answer.', when: 'the route chat_stream',
  },
  'llm.cache.probe.speedup': { kind: 'histogram', owner: 'gateway', unit: '', labels: PROBE, buckets: SPEEDUP, help: 'Duration of the first request divided by that of its duplicate, of pairs that hit.' },
  'llm.cache.probe.speedup.median': {
    kind: 'gauge', owner: 'gateway', unit: '1', labels: { ...PROBE, bound: ['point', 'lower', 'upper'] },
    help: 'Median of the speed-up of the last pairs that hit, with bounds that hold with 95 % by order statistics.', when: 'six pairs that hit',
  },
  'llm.cache.probe.write_lag': { kind: 'histogram', owner: 'gateway', unit: 's', labels: { route: ROUTE }, buckets: ANSWER_SECONDS, help: 'Time from the end of the first answer until its key was seen in Redis; 0 when it was there before.' },
  'llm.cache.probe.key_ttl': { kind: 'gauge', owner: 'gateway', unit: 's', labels: { route: ROUTE, cache_controls: CACHE_CONTROLS }, help: "Time to live of the key of the last pair; a pair without cache controls has the time to live of users' entries." },
  'llm.cache.probe.expected_ttl': { kind: 'gauge', owner: 'gateway', unit: 's', labels: {}, help: "Time to live that users' entries should have, from the configuration.", when: 'gateways[].expect.ttl' },
  'llm.cache.probe.last_run.timestamp': { kind: 'gauge', owner: 'gateway', unit: 's', labels: { route: ROUTE }, help: 'Unix time of the last pair.' },
  'llm.cache.probe.replica_coverage': { kind: 'gauge', owner: 'gateway', unit: '1', labels: {}, help: 'Share of the ordered pairs of replicas, in the last full cycle, of which the second read from Redis what the first had written.', when: 'gateways[].addresses, after a full cycle' },
  'llm.cache.tenants_shared': { kind: 'gauge', owner: 'gateway', unit: '', labels: { from: 'open', to: 'open' }, help: '1 when the tenant `to` got from the cache the answer to a request of the tenant `from`, on any route that was tried; 0 when it did not.', when: 'gateways[].tenants, for the pairs that had their turn' },
  'llm.cache.probe.skipped': { kind: 'counter', owner: 'gateway', unit: '{pair}', labels: { route: ROUTE, reason: SKIP_REASON }, help: 'Pairs that were due and not sent.' },
  'llm.cache.probe.lease_held': { kind: 'gauge', owner: 'gateway', unit: '', labels: {}, help: '1 if this exporter holds the lease and probes. Without the lease no other metric of the gateway is exported, except skipped pairs while the lease store is unreachable.', when: 'lease' },
  'cache_exporter.probe_overhead': { kind: 'counter', owner: 'gateway', unit: 's', labels: { question: QUESTION }, help: 'Time that a gateway spent on requests of the exporter other than the two of a pair; gateways[].overhead limits its share.' },
  'llm.cache.probe.cost_usd': { kind: 'counter', owner: 'gateway', unit: '', labels: {}, help: 'Money that the probes of this gateway cost: the sum of what the gateway reports for answers that were not hits.' },
  'llm.cache.probe.budget_usd': { kind: 'gauge', owner: 'gateway', unit: '', labels: {}, help: 'Money that the probes of this gateway may cost in a day.' },

  'llm.cache.last_outcome': { kind: 'states', state: 'outcome', owner: 'gateway', unit: '', labels: { route: ROUTE, outcome: OUTCOME }, help: 'Outcome of the last pair; exactly one is 1.' },
  'llm.cache.verdict': { kind: 'states', state: 'verdict', owner: 'gateway', unit: '', labels: { verdict: VERDICT }, help: 'State of the cache of the gateway; exactly one is 1.' },
  'llm.cache.cause': { kind: 'states', state: 'cause', owner: 'gateway', unit: '', labels: { cause: CAUSE }, help: 'Why the verdict is not working; exactly one is 1.' },
  'llm.cache.verdict_since.timestamp': { kind: 'gauge', owner: 'gateway', unit: 's', labels: {}, help: 'Unix time since which the verdict is, or is not, working.' },

  'llm.cache.fidelity': { kind: 'states', state: 'result', owner: 'gateway', unit: '', labels: { shape: FIDELITY_SHAPE, result: FIDELITY_RESULT }, help: 'What the cache does to answers of a shape; exactly one result is 1.', when: 'a gateway with the origin' },
  'llm.cache.fidelity.accepted': { kind: 'gauge', owner: 'gateway', unit: '', labels: { shape: FIDELITY_SHAPE }, help: '1 for a shape that the configuration accepts, whatever the cache does to it.', when: 'gateways[].fidelity.accept' },
  'llm.cache.fidelity.checks': { kind: 'counter', owner: 'gateway', unit: '{check}', labels: { shape: FIDELITY_SHAPE, result: FIDELITY_RESULT }, help: 'Tries of a shape of answers, by what they showed.', when: 'a gateway with the origin' },

  'http.client.request.duration': {
    kind: 'histogram', owner: 'gateway', unit: 's',
    labels: { 'http.request.method': ['GET', 'POST'], 'http.response.status_code': ['', '2xx', '3xx', '4xx', '5xx'], 'error.type': ['', ...GATEWAY_FAILURE] },
    buckets: ANSWER_SECONDS, help: 'Duration of every request that the exporter sends to the gateway.',
  },
  'http.client.active_requests': { kind: 'gauge', owner: 'gateway', unit: '{request}', labels: {}, help: 'Requests to the gateway that are under way.' },
  'gen_ai.client.operation.duration': {
    kind: 'histogram', owner: 'gateway', unit: 's',
    labels: { 'gen_ai.operation.name': OPERATION, 'gen_ai.provider.name': ['litellm'], 'gen_ai.request.model': 'open', 'error.type': ['', ...GATEWAY_FAILURE] },
    buckets: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    help: 'Duration of the probe requests under the name of the GenAI conventions.',
  },
  'gen_ai.client.token.usage': {
    kind: 'histogram', owner: 'gateway', unit: '{token}',
    labels: { 'gen_ai.token.type': ['input', 'output'], 'gen_ai.operation.name': OPERATION, 'gen_ai.provider.name': ['litellm'], 'gen_ai.request.model': 'open' },
    buckets: [1, 4, 16, 64, 256, 1024, 4096, 16384], help: 'Tokens of the probe requests that were not served from the cache, as the gateway reports them.',
  },
} as const satisfies Record<string, MetricDefinition>;
