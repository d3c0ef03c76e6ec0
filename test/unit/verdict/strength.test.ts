import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE, type Cause } from '../../../src/model/cache.ts';
import { ERROR_PREFIX } from '../../../src/model/redis.ts';
import type { ServerState } from '../../../src/redis/replies/server-state.ts';
import { CAUSE_TABLE } from '../../../src/verdict/causes/index.ts';
import { type Counted, increasesIn, type ObservationWindow, ratioOf } from '../../../src/verdict/growth.ts';
import { candidates, judge } from '../../../src/verdict/judge.ts';
import type { RouteResult, Signals } from '../../../src/verdict/signals.ts';
import { type Candidate, outweighs, STRENGTH, strongest } from '../../../src/verdict/strength.ts';
import { PROVES } from '../../support/proves.ts';
import { MASKED, quietSignals } from '../../support/quiet-signals.ts';

const QUIET = quietSignals();
const MASTER: ServerState = {
  mode: 'standalone',
  role: 'master',
  memory: 1_000,
  maxMemory: 0,
  maxMemoryPolicy: 'noeviction',
  clients: 5,
  maxClients: 10_000,
};
const FULL: ServerState = { ...MASTER, memory: 2_000_000, maxMemory: 1_048_576 };
const REPLICA: ServerState = { ...MASTER, role: 'slave', readOnly: true };

/** What each counter proves; nothing for those that prove no cause. */
const CAUSE_OF: Partial<Record<Counted, Cause>> = PROVES;
const REFUSALS = [...ERROR_PREFIX, 'logins', 'rejected_connections'] as const;
const TELLING = REFUSALS.filter((name) => CAUSE_OF[name] !== undefined);

function judged(signals: Partial<Signals>, results = MASKED) {
  return judge(results, { ...QUIET, ...signals });
}

/** Signals that prove a row of an outage, by what makes it so. */
const OUTAGES: Readonly<
  Record<string, { cause: Cause; strength: Candidate['strength']; signals: Partial<Signals>; results?: readonly RouteResult[] }>
> = {
  'no connection': { cause: 'redis_unreachable', strength: 'state', signals: { redisFailure: 'refused' } },
  'full server': { cause: 'redis_out_of_memory', strength: 'state', signals: { server: FULL } },
  replica: { cause: 'redis_read_only', strength: 'state', signals: { server: REPLICA } },
  'failed save': {
    cause: 'redis_persistence_error',
    strength: 'state',
    signals: { server: { ...MASTER, saveFailed: true }, deltas: { ...QUIET.deltas, MISCONF: 1 } },
  },
  batches: { cause: 'write_batching', strength: 'state', signals: { flushSize: 50 } },
  'refused credential': {
    cause: 'redis_auth',
    strength: 'own',
    signals: { refusedCredential: { credential: 'litellm', error: 'wrongpass' } },
  },
  'refused key': {
    cause: 'redis_permission',
    strength: 'own',
    signals: { refusals: [{ cause: 'redis_permission', count: 1, tie: 'key' }] },
  },
  'refused at each ping': {
    cause: 'redis_auth',
    strength: 'own',
    signals: { cachePing: 503, atPings: { times: 4, counters: ['NOAUTH'] } },
  },
  'NOPERM, much more': { cause: 'redis_permission', strength: 'counter', signals: { increases: { NOPERM: { by: 99, usual: 0 } } } },
  'OOM, more': { cause: 'redis_out_of_memory', strength: 'counter', signals: { increases: { OOM: { by: 9, usual: 0 } } } },
  'WRONGPASS, a little more': { cause: 'redis_auth', strength: 'counter', signals: { increases: { WRONGPASS: { by: 4, usual: 0 } } } },
  'silence after an outage': {
    cause: 'breaker_open',
    strength: 'own',
    signals: { cachePing: 200, silence: { rounds: 3, since: 0, seconds: 120, wasLoginRefused: true, reach: 'ping' } },
  },
  'open breaker': { cause: 'breaker_open', strength: 'symptom', signals: { breakerOpen: true } },
};

describe('the weights', () => {
  it('are listed with the strongest first', () => {
    expect(STRENGTH).toEqual(['state', 'own', 'counter', 'symptom']);
  });

  it('decide between every pair of rows of the table: the stronger wins, and two of a kind are a tie', () => {
    for (const one of CAUSE_TABLE) {
      for (const other of CAUSE_TABLE) {
        const [a, b] = [one, other].map(({ cause, strength }): Candidate => ({ cause, strength, ratio: 3, sentence: '' }));
        if (a === undefined || b === undefined) throw new Error('two candidates were made');
        const won = strongest([a, b]).map(({ cause }) => cause);
        const mirrored = strongest([b, a]).map(({ cause }) => cause);
        const [mine, theirs] = [STRENGTH.indexOf(one.strength), STRENGTH.indexOf(other.strength)];
        const expected = mine < theirs ? [a.cause] : mine > theirs ? [b.cause] : [...new Set([a.cause, b.cause])];
        expect(won, `${one.cause} ${one.strength}, ${other.cause} ${other.strength}`).toEqual(expected);
        expect(new Set(mirrored)).toEqual(new Set(won));
      }
    }
  });

  it('are an order: whatever outweighs what outweighs a third outweighs that', () => {
    const some = fc.record({
      cause: fc.constantFrom(...CAUSE),
      strength: fc.constantFrom(...STRENGTH),
      ratio: fc.integer({ min: 1, max: 5 }),
      sentence: fc.constant(''),
    });
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(outweighs(a, b) && outweighs(b, a)).toBe(false);
        if (outweighs(a, b) && outweighs(b, c)) expect(outweighs(a, c)).toBe(true);
      }),
    );
  });

  it('are those of what really proves each row, alone and beside every other', () => {
    for (const [name, one] of Object.entries(OUTAGES)) {
      expect(judged(one.signals).cause, name).toBe(one.cause);
      for (const [otherName, other] of Object.entries(OUTAGES)) {
        const both: Signals = {
          ...QUIET,
          ...one.signals,
          ...other.signals,
          increases: { ...one.signals.increases, ...other.signals.increases },
          deltas: { ...QUIET.deltas, ...one.signals.deltas, ...other.signals.deltas },
          server:
            one.signals.server && other.signals.server
              ? { ...one.signals.server, ...other.signals.server }
              : (one.signals.server ?? other.signals.server),
        };
        const found = strongest(candidates('memory_only', MASKED, both)).map(({ cause }) => cause);
        const { cause } = judge(MASKED, both);
        expect(cause, `${name} and ${otherName}`).toBe(found.length === 1 ? found[0] : 'undetermined');
        expect([one.cause, other.cause, 'undetermined'], `${name} and ${otherName}`).toContain(cause);
      }
    }
  });
});

describe('a state of the server', () => {
  it('proves its cause with its symptom, whatever counters say', () => {
    const noise = { NOPERM: { by: 30, usual: 29 }, NOAUTH: { by: 900, usual: 0 } };
    expect(judged({ server: FULL, increases: noise, deltas: { ...QUIET.deltas, OOM: 4 } }).cause).toBe('redis_out_of_memory');
    expect(judged({ server: FULL, increases: noise }).evidence).toMatch(
      /^Redis is full: it uses 1\.9 MiB of 1\.0 MiB, and its policy noeviction finds nothing to evict\. No key of the probes was written\. Last pairs: /,
    );
    expect(judged({ server: REPLICA, increases: noise, deltas: { READONLY: 1 } }).evidence).toMatch(
      /^Redis is a read-only replica\. Redis refused 1 write because it is a read-only replica \(READONLY\) during the probes\. /,
    );
    expect(judged({ server: REPLICA }, [{ route: 'completions', outcome: 'miss_unexplained', key: 'unknown' }]).cause).toBe(
      'redis_read_only',
    );
  });

  it('proves nothing without the symptom', () => {
    const present: readonly RouteResult[] = [
      { route: 'completions', outcome: 'miss_key_present', key: 'present' },
      { route: 'chat', outcome: 'hit_not_in_redis', key: 'absent' },
    ];
    expect(judged({ server: FULL, deltas: { OOM: 9 } }, present).cause).toBe('undetermined');
    const lostAfterWrite: readonly RouteResult[] = [
      { route: 'completions', outcome: 'miss_unexplained', key: 'absent', lostAfterWrite: true },
    ];
    expect(judged({ server: REPLICA }, lostAfterWrite).cause).toBe('undetermined');
    expect(judged({ server: { ...MASTER, saveFailed: true } }).cause).toBe('undetermined');
  });

  it('proves nothing while the credential of the gateway is refused', () => {
    for (const server of [FULL, REPLICA]) {
      for (const error of ['wrongpass', 'noauth', 'noperm', 'unknown', 'no password configured'] as const) {
        expect(judged({ server, refusedCredential: { credential: 'litellm', error } }).cause).toBe('redis_auth');
      }
    }
  });

  it('is none where the server makes room, or takes writes all the same', () => {
    for (const maxMemoryPolicy of ['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'allkeys-lrm']) {
      expect(judged({ server: { ...FULL, maxMemoryPolicy } }).cause).toBe('undetermined');
    }
    for (const maxMemoryPolicy of ['volatile-lru', 'volatile-ttl', 'volatile-random']) {
      const server = { ...FULL, maxMemoryPolicy };
      expect(judged({ server: { ...server, volatileKeys: 5 } }).cause).toBe('undetermined');
      expect(judged({ server: { ...server, volatileKeys: 0 } }).cause).toBe('redis_out_of_memory');
      expect(judged({ server, deltas: { ...QUIET.deltas, OOM: 2 } }).cause).toBe('redis_out_of_memory');
      expect(judged({ server, deltas: { ...QUIET.deltas, OOM: 2, evicted_keys: 3 } }).cause).toBe('undetermined');
    }
    expect(judged({ server: { ...REPLICA, readOnly: false } }).cause).toBe('undetermined');
    expect(judged({ server: { ...FULL, maxMemory: 0 } }).cause).toBe('undetermined');
    expect(judged({ server: {} }).cause).toBe('undetermined');
  });
});

describe('a login that is refused', () => {
  it('is redis_auth whatever the text of the refusal', () => {
    expect(judged({ increases: { logins: { by: 319, usual: 0 }, ERR: { by: 319, usual: 0 } } })).toMatchObject({
      cause: 'redis_auth',
      evidence: expect.stringMatching(/^Redis refused 319 logins \(AUTH or HELLO\) during the probes; normally none in that time\. /),
    });
    expect(judged({ refusedCredential: { credential: 'litellm', error: 'no password configured' } }).evidence).toMatch(
      /^Redis has no password, so it refuses the login with the credential litellm; /,
    );
  });

  it('is told from a limit of clients, which turns connections away as well', () => {
    const increases = { rejected_connections: { by: 5, usual: 0 } };
    expect(judged({ increases, server: { ...MASTER, clients: 9_990 } }).cause).toBe('redis_max_clients');
    expect(judged({ increases, server: { ...MASTER, maxClients: undefined } }).cause).toBe('redis_max_clients');
    expect(judged({ increases, server: MASTER })).toMatchObject({
      cause: 'redis_auth',
      evidence: expect.stringContaining('protected mode'),
    });
  });
});

describe('noise', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 10 });

  /** Good windows of half a second in which one counter moved, a minute apart. */
  function history(name: Counted, deltas: readonly number[]): ObservationWindow[] {
    return deltas.map((by) => ({ during: { seconds: 0.5, by: { [name]: by } }, pause: { seconds: 60, by: { [name]: 0 } } }));
  }

  it('of one kind never hides a short, new signal of another, for every pair of kinds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...REFUSALS),
        fc.constantFrom(...TELLING),
        counts,
        fc.integer({ min: 2, max: 50 }),
        (noisy, fresh, before, by) => {
          fc.pre(noisy !== fresh);
          // Steady: no more than it was before by one.
          const now = Math.max(...before) + 1;
          const increases = increasesIn({ during: { seconds: 0.5, by: { [noisy]: now, [fresh]: by } } }, history(noisy, before));
          expect(judged({ increases }).cause, `${noisy} ${before} then ${now}, ${fresh} ${by}`).toBe(CAUSE_OF[fresh]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('that is steady, slower or gone proves nothing by itself', () => {
    for (const name of REFUSALS) {
      fc.assert(
        fc.property(counts, fc.nat(), (before, some) => {
          const now = some % (Math.max(...before) + 2);
          const increases = increasesIn({ during: { seconds: 0.5, by: { [name]: now } } }, history(name, before));
          expect(judged({ increases }).cause).toBe('undetermined');
        }),
        { numRuns: 100 },
      );
    }
  });

  it('that comes at random is hardly ever taken for a signal', () => {
    let wrong = 0;
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const poisson = (mean: number) => {
      let [count, product] = [0, random()];
      while (product > Math.exp(-mean)) [count, product] = [count + 1, product * random()];
      return count;
    };
    for (let round = 0; round < 2_000; round += 1) {
      const mean = 1 + 39 * random();
      const good = history(
        'NOPERM',
        Array.from({ length: 10 }, () => poisson(mean)),
      );
      const increases = increasesIn({ during: { seconds: 0.5, by: { NOPERM: poisson(mean) } } }, good);
      if (judged({ increases }).cause !== 'undetermined') wrong += 1;
    }
    expect(wrong).toBeLessThan(20);
  });

  it('in bursts between the pairs may fall into them', () => {
    const good: ObservationWindow[] = Array.from({ length: 10 }, () => ({
      during: { seconds: 1, by: { NOAUTH: 0 } },
      pause: { seconds: 3, by: { NOAUTH: 30 } },
    }));
    expect(judged({ increases: increasesIn({ during: { seconds: 1, by: { NOAUTH: 30 } } }, good) }).cause).toBe('undetermined');
  });

  it('of 29 refusals a round is none of the causes when one more comes and the server is full', () => {
    const increases = increasesIn({ during: { seconds: 0.5, by: { NOPERM: 30, OOM: 4 } } }, history('NOPERM', [29, 28, 29]));
    expect(judged({ increases })).toMatchObject({
      cause: 'redis_out_of_memory',
      evidence: expect.stringMatching(
        /^Redis refused 4 commands because its memory is full \(OOM\) during the probes; normally none in that time\. /,
      ),
    });
  });

  it('that has no name as a cause is told in the evidence', () => {
    expect(judged({ increases: { NOREPLICAS: { by: 4, usual: 0 } } })).toMatchObject({
      cause: 'undetermined',
      evidence: expect.stringMatching(
        /^Redis refused 4 writes because it has too few replicas \(NOREPLICAS\) during the probes; normally none/,
      ),
    });
  });

  it('is measured by the ratio, and a difference below two is none', () => {
    expect(ratioOf({ by: 4, usual: 0 })).toBe(5);
    expect(ratioOf({ by: 59, usual: 29 })).toBe(2);
    expect(ratioOf({ by: 1, usual: 0 })).toBeUndefined();
    expect(ratioOf({ by: 30, usual: 29 })).toBeUndefined();
    expect(ratioOf({ by: 2, usual: 0 })).toBe(3);
  });

  it('of equal strength on both sides is a tie, and the evidence has both', () => {
    const { cause, evidence } = judged({ increases: { OOM: { by: 4, usual: 0 }, READONLY: { by: 4, usual: 0 } } });
    expect(cause).toBe('undetermined');
    expect(evidence).toMatch(
      /^Several causes are equally likely\. Redis refused 4 commands .*\(OOM\).* Redis refused 4 writes .*\(READONLY\)/,
    );
  });
});

describe('the hint at an open breaker', () => {
  const SILENT = { server: MASTER, acceptedCredential: 'litellm' } as const;
  const hint = (signals: Partial<Signals>, results = MASKED) =>
    judged({ ...SILENT, ...signals }, results).evidence.includes('circuit breaker is probably open');

  it('is given where Redis would let the gateway in and nothing comes', () => {
    expect(hint({})).toBe(true);
    expect(hint({ acceptedCredential: undefined, cachePing: 200 })).toBe(true);
    expect(judged(SILENT).cause).toBe('undetermined');
    // What came before is not known: the advice says what helps after which.
    expect(judged(SILENT).evidence).toMatch(
      /After a Redis that was only away it closes by itself, .* where Redis refused the gateway a login/,
    );
    expect(judged(SILENT).evidence).toMatch(/restart the workers of the gateway, which heals it\. Last pairs: /);
    expect(judged({ ...SILENT, version: '1.106.0' }).evidence).toMatch(
      /It closes by itself, .* or after a restart of the gateway\. Last pairs: /,
    );
  });

  it('is not given where something speaks against it', () => {
    expect(hint({ acceptedCredential: undefined })).toBe(false);
    expect(hint({ version: '1.80.9' })).toBe(false);
    expect(hint({ server: undefined })).toBe(false);
    expect(hint({ increases: { NOREPLICAS: { by: 4, usual: 0 } } })).toBe(false);
    expect(hint({}, [{ route: 'completions', outcome: 'miss_key_present', key: 'present' }])).toBe(false);
    expect(hint({}, [{ route: 'completions', outcome: 'ok', key: 'present' }])).toBe(false);
  });
});

describe('a verdict of hits', () => {
  const UNSEEN: readonly RouteResult[] = [
    { route: 'completions', outcome: 'hit_unverified', key: 'unknown' },
    { route: 'chat', outcome: 'hit_unverified', key: 'unknown' },
  ];

  it('says that it is not verified where Redis could be looked into', () => {
    expect(judged({ server: MASTER }, UNSEEN)).toMatchObject({
      verdict: 'working',
      cause: 'none',
      doubt: 'not verified in the watched Redis',
      evidence: expect.stringMatching(/^The hits are not verified in the watched Redis: .*gateways\[\]\.namespace/),
    });
    expect(judged({ server: undefined }, UNSEEN)).not.toHaveProperty('doubt');
    expect(judged({ server: MASTER }, [{ route: 'completions', outcome: 'ok', key: 'present' }, ...UNSEEN.slice(1)])).not.toHaveProperty(
      'doubt',
    );
  });

  it('says that the Redis under it does not answer', () => {
    expect(judged({ redisFailure: 'timeout' }, UNSEEN)).toMatchObject({ verdict: 'working', doubt: 'the watched Redis does not answer' });
    expect(judged({ redisFailure: 'wrongpass' }, UNSEEN).doubt).toBe('the exporter cannot read the watched Redis');
  });

  it('is not_in_redis, undetermined, when nothing was written to Redis for long', () => {
    expect(judged({ server: MASTER, writesUnwatched: true }, UNSEEN)).toMatchObject({
      verdict: 'not_in_redis',
      cause: 'undetermined',
      evidence: expect.stringContaining('nothing at all was written to the watched Redis'),
    });
  });
});

describe('the evidence', () => {
  it('is prose: no names of enumerations in it, whatever was seen', () => {
    for (const { signals } of Object.values(OUTAGES))
      expect(judged(signals).evidence).not.toMatch(/\b[a-z]+_[a-z_]+\b(?<!redis_flush_size)/);
  });
});
