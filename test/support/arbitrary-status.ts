import fc from 'fast-check';
import { CACHE_MARK, CACHE_TYPE, CAUSE, GATEWAY_FAILURE, OUTCOME, ROUTE, SHARING, TENANT_RESULT, VERDICT } from '../../src/model/cache.ts';
import { KEY_CLASS } from '../../src/model/census.ts';
import { FIDELITY_RESULT, FIDELITY_SHAPE } from '../../src/model/fidelity.ts';
import { LEASE_STATE } from '../../src/model/lease.ts';
import { ACL_REASON, AUTH_STATE, NODE_ROLE, NODE_STATE, REDIS_FAILURE } from '../../src/model/redis.ts';
import { REUSE_SAMPLE } from '../../src/model/reuse.ts';
import type { Status } from '../../src/model/status.ts';

const at = fc.nat({ max: 2_000_000_000_000 });
const duration = fc.double({ min: 0, max: 1e6, noNaN: true });

/** Any status, with `text` for everything that others can write. */
export function arbitraryStatus(text: fc.Arbitrary<string>): fc.Arbitrary<Status> {
  const pair = fc.record(
    {
      route: fc.constantFrom(...ROUTE),
      model: text,
      outcome: fc.constantFrom(...OUTCOME),
      at,
      firstSeconds: duration,
      duplicateSeconds: duration,
      ttlSeconds: duration,
      evidence: text,
      traceId: text,
    },
    { requiredKeys: ['route', 'model', 'outcome', 'at', 'evidence', 'traceId'] },
  );
  const record = fc.record(
    {
      at,
      outcome: fc.constantFrom(...OUTCOME),
      firstSeconds: duration,
      duplicateSeconds: duration,
      duplicate: fc.constantFrom(...CACHE_MARK),
      traceId: text,
    },
    { requiredKeys: ['at', 'firstSeconds', 'traceId'] },
  );
  const judged = { at, cause: fc.constantFrom(...CAUSE), evidence: text, traceId: text };
  const verdict = fc.constantFrom(...VERDICT);
  const history = fc.record({
    pairs: fc.uniqueArray(fc.record({ route: fc.constantFrom(...ROUTE), records: fc.array(record, { maxLength: 4 }) }), {
      maxLength: 2,
      selector: ({ route }) => route,
    }),
    failures: fc.array(fc.record({ ...judged, verdict, route: fc.constantFrom(...ROUTE), outcome: fc.constantFrom(...OUTCOME) }), {
      maxLength: 3,
    }),
    changes: fc.array(fc.record({ ...judged, from: verdict, to: verdict }), { maxLength: 3 }),
  });
  const shape = fc.record(
    {
      shape: fc.constantFrom(...FIDELITY_SHAPE),
      result: fc.constantFrom(...FIDELITY_RESULT),
      parts: fc.array(text, { maxLength: 3 }),
      why: fc.constantFrom('not_tried', 'not_the_origin', 'broken', 'prompt_rewritten', 'unanswered', 'cache_missed', 'too_old'),
      failure: fc.constantFrom(...GATEWAY_FAILURE),
      status: fc.nat({ max: 599 }),
      accepted: fc.constant(true as const),
      at,
      since: at,
      traceId: text,
    },
    { requiredKeys: ['shape', 'result', 'parts'] },
  );
  const gateway = fc.record(
    {
      name: text,
      url: text,
      redisTarget: text,
      verdict: fc.constantFrom(...VERDICT),
      cause: fc.constantFrom(...CAUSE),
      asExpected: fc.boolean(),
      evidence: text,
      since: at,
      up: fc.boolean(),
      ready: fc.boolean(),
      version: text,
      cacheType: fc.constantFrom(...CACHE_TYPE),
      origin: fc.record({ problems: fc.array(text, { maxLength: 2 }) }),
      cachePing: fc.nat({ max: 599 }),
      pairs: fc.array(pair, { maxLength: 3 }),
      replicas: fc.array(fc.record({ from: text, to: text, outcome: fc.constantFrom(...OUTCOME), at }), { maxLength: 3 }),
      tenants: fc.record(
        {
          expected: fc.constantFrom(...SHARING),
          pairs: fc.array(
            fc.record({
              from: text,
              to: text,
              result: fc.constantFrom(...TENANT_RESULT),
              routes: fc.uniqueArray(fc.constantFrom(...ROUTE)),
              detail: text,
              at,
              traceId: text,
            }),
            { maxLength: 3 },
          ),
          all: fc.nat({ max: 56 }),
          notAsked: fc.constantFrom('budget', 'slow', 'limit'),
        },
        { requiredKeys: ['pairs', 'all'] },
      ),
      fidelity: fc.record(
        { shapes: fc.array(shape, { maxLength: 4 }), notAsked: fc.constantFrom('slow', 'limit', 'budget') },
        { requiredKeys: ['shapes'] },
      ),
      speedup: fc.record({ point: duration, lower: duration, upper: duration, pairs: fc.nat() }),
      costUsd: duration,
      lease: fc.constantFrom(...LEASE_STATE),
      lastRunAt: at,
      history,
    },
    { requiredKeys: ['name', 'url', 'verdict', 'cause', 'evidence', 'pairs', 'costUsd'] },
  );
  const credential = fc.record(
    {
      credential: text,
      state: fc.constantFrom(...AUTH_STATE),
      error: fc.constantFrom(...REDIS_FAILURE),
      lastSuccessAt: at,
      lastFailureAt: at,
    },
    { requiredKeys: ['credential', 'state'] },
  );
  const classCount = fc.record({ class: fc.constantFrom(...KEY_CLASS), keys: fc.nat(), bytes: fc.maxSafeNat(), withoutTtl: fc.nat() });
  const census = fc.record(
    {
      at,
      database: fc.nat(),
      keys: fc.nat(),
      sampled: fc.nat(),
      coverage: fc.double({ min: 0, max: 1, noNaN: true }),
      classes: fc.array(classCount),
      medianTtlSeconds: duration,
    },
    { requiredKeys: ['at', 'database', 'keys', 'sampled', 'coverage', 'classes'] },
  );
  const refused = fc.record(
    {
      reason: fc.constantFrom(...ACL_REASON),
      user: text,
      address: text,
      library: text,
      what: text,
      count: fc.nat(),
      at,
    },
    { requiredKeys: ['reason', 'user', 'what', 'count', 'at'] },
  );
  const candidate = fc.record({ address: text, library: text, connections: fc.nat() }, { requiredKeys: ['connections'] });
  const noauth = fc.record({ at, candidates: fc.array(candidate, { maxLength: 3 }) }, { requiredKeys: ['at'] });
  const node = fc.record(
    {
      name: text,
      role: fc.constantFrom(...NODE_ROLE),
      state: fc.constantFrom(...NODE_STATE),
      slots: fc.nat(16_384),
      up: fc.boolean(),
      failure: fc.constantFrom(...REDIS_FAILURE),
      keys: fc.nat(),
    },
    { requiredKeys: ['name', 'slots'] },
  );
  const sentinels = fc.record(
    { known: fc.nat(9), quorumOk: fc.boolean(), replicas: fc.nat(9), failovers: fc.nat(9) },
    { requiredKeys: ['failovers'] },
  );
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const point = fc.record(
    { ttlSeconds: fc.nat(), missShare: share, missError: share, hitRatio: share, keys: fc.nat(), bytes: fc.maxSafeNat() },
    { requiredKeys: ['ttlSeconds', 'missShare', 'missError', 'keys'] },
  );
  const [about, is, why] = ['ttl', 'change', 'no_room'] as const;
  const advice = fc.oneof(
    fc.record({ about: fc.constantFrom('ttl', 'memory', 'policy'), is: fc.constant('wait'), moreSeconds: duration }),
    fc.record({ about: fc.constant(about), is: fc.constant(is), now: point, to: point }),
    fc.record({ about: fc.constant(about), is: fc.constant('keep'), why: fc.constant(why), now: point, longest: point }),
    fc.record({ about: fc.constant('policy'), is: fc.constant('keep'), policy: text, evictedShare: share }),
  );
  const reuse = fc.record({
    sample: fc.constantFrom(...REUSE_SAMPLE),
    isWatching: fc.boolean(),
    problems: fc.array(text, { maxLength: 3 }),
    dropped: fc.nat(),
    forgotten: fc.nat(),
    groups: fc.array(
      fc.record(
        {
          gateway: text,
          gateways: fc.array(text, { maxLength: 3 }),
          watchedSeconds: duration,
          sampledKeys: fc.nat(),
          sampledWrites: fc.nat(),
          writes: fc.nat(),
          isChecked: fc.boolean(),
          ttlSeconds: fc.nat(),
          earlyShare: fc.record({ expired: share, evicted: share, deleted: share, flushed: share, alive: share, unknown: share }),
          curve: fc.array(point, { maxLength: 5 }),
          advice: fc.array(advice, { maxLength: 3 }),
        },
        {
          requiredKeys: [
            'gateway',
            'gateways',
            'watchedSeconds',
            'sampledKeys',
            'sampledWrites',
            'writes',
            'isChecked',
            'earlyShare',
            'curve',
            'advice',
          ],
        },
      ),
      { maxLength: 2 },
    ),
  });
  const target = fc.record(
    {
      name: text,
      address: text,
      up: fc.boolean(),
      failure: fc.constantFrom(...REDIS_FAILURE),
      detail: text,
      version: text,
      role: text,
      keys: fc.nat(),
      usedMemoryBytes: fc.maxSafeNat(),
      maxMemoryBytes: fc.maxSafeNat(),
      maxMemoryPolicy: text,
      evictedKeys: fc.nat(),
      lastScrapeAt: at,
      scrapeSeconds: duration,
      authRequired: fc.boolean(),
      credentials: fc.array(credential, { maxLength: 3 }),
      rejectionsOfOthers: fc.record({ WRONGPASS: fc.nat(), NOAUTH: fc.nat(), NOPERM: fc.nat() }),
      census,
      censusDetail: text,
      reuse,
      refused: fc.array(refused, { maxLength: 3 }),
      noauth,
      nodes: fc.array(node, { maxLength: 30 }),
      problems: fc.array(text, { maxLength: 3 }),
      clusterOk: fc.boolean(),
      sentinelUp: fc.boolean(),
      sentinels,
    },
    { requiredKeys: ['name', 'address', 'credentials', 'rejectionsOfOthers'] },
  );
  return fc.record({
    version: text,
    startedAt: at,
    now: at,
    ready: fc.boolean(),
    configReload: fc.record({ successful: fc.boolean(), at, problems: fc.array(text, { maxLength: 2 }) }),
    targets: fc.array(target, { maxLength: 3 }),
    gateways: fc.array(gateway, { maxLength: 3 }),
  });
}
