import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../src/model/cache.ts';
import { ERROR_PREFIX } from '../../../../src/model/redis.ts';
import type { Experiments } from '../../../../src/watch/gateway/experiments.ts';
import { judge } from '../../../../src/watch/gateway/judge.ts';
import type { Round } from '../../../../src/watch/gateway/round.ts';
import type { SelfReport } from '../../../../src/watch/gateway/self-report.ts';
import { needsHearing } from '../../../../src/watch/gateway/silence.ts';
import { advance, createState, type GatewayState, learn } from '../../../../src/watch/gateway/state.ts';
import { counters, DOWN, evidence, READABLE, refusals, round, SETTINGS, stateAfter, statesAfter, UP } from '../../../support/round.ts';
import { gatewayConfig } from '../../../support/watched-gateway.ts';

const INTERVAL = 60_000;
const START = createState(gatewayConfig('http://x', { interval: INTERVAL, redis: 'cache' }));
const STAYS_OPEN = '1.110.2';
const RECOVERS = '1.104.2';

/** A scene: rounds one interval apart, each with what Redis and `/cache/ping` showed. */
interface Scene {
  version?: string;
  /** Null where `/cache/ping` does not tell them. */
  settings?: Partial<typeof SETTINGS> | null;
}

interface Shown {
  ping?: number | undefined;
  errors?: Record<string, number>;
  target?: Partial<typeof READABLE>;
  more?: Partial<Round>;
  /** Refusals that came since the round before. */
  between?: Record<string, number>;
  /** What else the counters say after the pairs. */
  server?: Parameters<typeof counters>[1];
  refusals?: Parameters<typeof refusals>[0];
}

/** The rounds of a gateway whose counters go on from one to the next. */
function scene({ version = STAYS_OPEN, settings = {} }: Scene = {}) {
  let at = 0;
  let errors: Record<string, number> = Object.fromEntries(ERROR_PREFIX.map((prefix) => [prefix, 0]));
  const add = (by: Record<string, number>) => {
    errors = { ...errors };
    for (const [name, count] of Object.entries(by)) errors[name] = (errors[name] ?? 0) + count;
    return errors;
  };
  const snapshot = (time: number, more: Shown['server'] = {}) =>
    counters(time, { errors, state: { mode: 'standalone', role: 'master' }, ...more });
  return (completions: Outcome | undefined, chat: Outcome | undefined, shown: Shown = {}): Round => {
    const { ping = 200, more } = shown;
    const report: SelfReport = {
      ...UP,
      version,
      cachePing: 'ping' in shown ? shown.ping : ping,
      ...(settings && { settings: { ...SETTINGS, ...settings } }),
    };
    at += INTERVAL;
    add(shown.between ?? {});
    const before = snapshot(at);
    add(shown.errors ?? {});
    const plain = completions === 'miss_unexplained' ? 'unknown' : undefined;
    const sent = round({ completions, chat }, { before: report, after: report });
    const pairs = sent.pairs.map((one) => ({ ...one, pair: { ...one.pair, key: keyOf(one.pair.outcome, plain) } }));
    const backend = evidence(before, snapshot(at + 500, shown.server), { refusals: refusals(shown.refusals) });
    return { ...sent, pairs, target: { ...READABLE, ...shown.target }, backend, ...more };
  };
}

function keyOf(outcome: Outcome | undefined, plain: 'unknown' | undefined) {
  if (outcome === 'ok' || outcome === 'miss_key_present') return 'present' as const;
  return outcome === 'miss_not_written' || outcome === 'hit_not_in_redis' ? ('absent' as const) : (plain ?? ('unknown' as const));
}

/** What is seen of a server that cannot be read. */
const UNREADABLE = { before: undefined, after: undefined, stalled: false, refusals: refusals() };

const MASKED = ['miss_not_written', 'hit_not_in_redis'] as const;

function causeAfter(...rounds: Round[]): string {
  return judge(stateAfter(START, ...rounds)).judgement.cause;
}

/** Good rounds, then one in which Redis refused the password, then so many in which nothing comes although all is well. */
function outage(rounds: number, { version, first, silent }: { version?: string; first?: Shown; silent?: Shown } = {}): Round[] {
  const next = scene({ version: version ?? STAYS_OPEN });
  return [
    ...Array.from({ length: 3 }, () => next('ok', 'ok')),
    next(...MASKED, first ?? { ping: 503, errors: { WRONGPASS: 9 } }),
    ...Array.from({ length: rounds }, () => next(...MASKED, silent ?? {})),
  ];
}

describe('a gateway that leaves its Redis alone after an outage', () => {
  it('has an open breaker from the third silent round on, as long as it lasts, where its release does not close it', () => {
    const causes = [0, 1, 2, 3, 4, 40].map((rounds) => causeAfter(...outage(rounds)));
    expect(causes).toEqual(['redis_auth', 'undetermined', 'undetermined', 'breaker_open', 'breaker_open', 'breaker_open']);
  });

  it('says since when Redis is fine and what heals it', () => {
    const { evidence: text } = judge(stateAfter(START, ...outage(4))).judgement;
    expect(text).toMatch(
      /^The gateway has not used Redis in 4 rounds of pairs, although Redis has been fine since 1970-01-01 00:05:00 UTC \(180 s\): it answered its \/cache\/ping, refused the gateway nothing, and got no write of it\. The circuit breaker of the gateway is open\. LiteLLM 1\.110\.2 does not close it any more after Redis refused a login: restart the workers/,
    );
  });

  it.each<[string, Shown, boolean]>([
    ['a password that Redis refused', { ping: 503, errors: { WRONGPASS: 9 } }, true],
    ['a password that Redis asked for', { ping: 503, errors: { NOAUTH: 9 } }, true],
    ['refusals between two rounds', { between: { WRONGPASS: 1 } }, true],
    ['a refused canary', { ping: undefined, target: { refusedCredential: { credential: 'litellm', error: 'wrongpass' } } }, true],
    ['a Redis that was away', { ping: 503, target: { failure: 'refused' }, more: { backend: UNREADABLE } }, false],
    ['a Redis that did not answer in time', { ping: 503, target: { failure: 'timeout' }, more: { backend: UNREADABLE } }, false],
    ['a Redis that was loading', { ping: 503, target: { failure: 'loading' }, errors: { LOADING: 9 } }, false],
    ['a Redis that was full', { ping: 503, errors: { OOM: 9 } }, false],
    ['a gateway that could not reach it', { ping: 503 }, false],
  ])('says that a restart heals it where Redis refused a login, and else what is true of both: %s', (_, first, wasRefused) => {
    const { evidence: text } = judge(stateAfter(START, ...outage(3, { first }))).judgement;
    expect(text).toContain(
      wasRefused
        ? 'LiteLLM 1.110.2 does not close it any more after Redis refused a login: restart'
        : 'After a Redis that was only away it closes by itself, as a rule within 60 s. LiteLLM 1.110.2 does not close it where Redis refused',
    );
  });

  it('has one on other releases only for as long as these wait before they ask Redis again', () => {
    const fast = (version: string, rounds: number) => {
      const states = statesAfter(START, ...outage(rounds, { version }));
      const last = states.at(-1);
      if (last === undefined) throw new Error('there was a round');
      return judge({ ...last, silence: { ...last.silence, seconds: last.silence.rounds * 15 } }).judgement.cause;
    };
    expect([3, 4, 5, 9].map((rounds) => fast(RECOVERS, rounds))).toEqual(['breaker_open', 'breaker_open', 'undetermined', 'undetermined']);
    expect(fast('1.80.9', 3)).toBe('undetermined');
    expect(fast('1.110.0', 9)).toBe('breaker_open');
    expect(causeAfter(...outage(3, { version: RECOVERS }))).toBe('undetermined');
  });

  it.each<[string, Shown]>([
    ['a password that Redis refused', { ping: 503, errors: { WRONGPASS: 9 } }],
    ['a gateway that said that it cannot reach Redis', { ping: 503 }],
    ['a Redis that was away', { ping: 503, target: { failure: 'refused' }, more: { backend: UNREADABLE } }],
    ['a Redis that did not answer in time', { ping: undefined, more: { backend: evidence(counters(9), counters(10), { stalled: true }) } }],
    ['a refused canary', { ping: undefined, target: { refusedCredential: { credential: 'litellm', error: 'wrongpass' } } }],
    ['refusals between two rounds, too short for any pair', { between: { WRONGPASS: 1 } }],
  ])('has one after %s', (_, first) => {
    expect(causeAfter(...outage(3, { first }))).toBe('breaker_open');
  });

  it.each<[string, Shown]>([
    ['a gateway whose /cache/ping fails', { ping: 503 }],
    ['a /cache/ping that was not asked, without a known credential', { ping: undefined }],
    ['a Redis that is away', { target: { failure: 'refused' }, more: { backend: UNREADABLE } }],
    ['a refused credential', { target: { refusedCredential: { credential: 'litellm', error: 'wrongpass' } } }],
    ['a Redis that does not tell of writes', { target: { watching: false } }],
    ['refusals of the gateway', { errors: { NOPERM: 9 } }],
    ['a full Redis', { errors: { OOM: 9 } }],
    [
      'refusals of its key',
      {
        more: {
          backend: evidence(counters(0), counters(1), {
            refusals: refusals({ onKey: [{ cause: 'redis_permission', count: 1, tie: 'key' }] }),
          }),
        },
      },
    ],
  ])('has none with %s', (_, silent) => {
    expect(causeAfter(...outage(9, { silent }))).not.toBe('breaker_open');
  });

  it('has one where /cache/ping is not asked and Redis accepts its credential', () => {
    const silent = { ping: undefined, target: { acceptedCredential: 'litellm' } };
    expect(causeAfter(...outage(3, { silent }))).toBe('breaker_open');
    expect(judge(stateAfter(START, ...outage(3, { silent }))).judgement.evidence).toContain('it accepted its credential litellm');
  });

  it.each([401, 403, 404, 429])(
    'has one where /cache/ping is refused to the key of the probe (%i), which says nothing of Redis',
    (ping) => {
      const silent = { ping, target: { acceptedCredential: 'litellm' } };
      expect(causeAfter(...outage(3, { first: { ping, errors: { WRONGPASS: 9 } }, silent }))).toBe('breaker_open');
      expect(judge(stateAfter(START, ...outage(9, { first: { ping }, silent }))).signals.silence).toBeUndefined();
    },
  );

  it('has one while another client is refused its password, which /cache/ping shows not to be its own', () => {
    expect(causeAfter(...outage(5, { silent: { errors: { WRONGPASS: 20 }, between: { WRONGPASS: 20 } } }))).toBe('breaker_open');
  });

  it('has one in rounds with a plain pair, whose key cannot be looked for, and in rounds without pairs', () => {
    const plain = scene()('miss_unexplained', 'hit_unverified');
    const open = outage(3);
    const { backend } = scene()(...MASKED);
    expect(causeAfter(...open, { ...plain, backend })).toBe('breaker_open');
    expect(causeAfter(...open, { ...round({}), after: { ...UP, version: STAYS_OPEN, cachePing: 200 }, target: READABLE })).toBe(
      'breaker_open',
    );
  });

  it.each(['OOM', 'READONLY', 'LOADING', 'NOPERM'])(
    'is counted anew after rounds in which Redis may have refused its writes (%s)',
    (name) => {
      const next = scene();
      const silent = (times: number) => Array.from({ length: times }, () => next(...MASKED));
      const before = [next('ok', 'ok'), next(...MASKED, { ping: 503 }), ...silent(2)];
      const refusing = Array.from({ length: 9 }, () => next(...MASKED, { errors: { [name]: 9 }, refusals: { isComplete: false } }));
      const states = statesAfter(START, ...before, ...refusing, ...silent(3));
      expect(states.slice(-3).map((state) => judge(state).signals.silence?.rounds)).toEqual([undefined, undefined, 3]);
      expect(states.at(-1)?.silence.seconds).toBe(120);
    },
  );

  it.each(['refused', 'timeout', 'loading', 'clusterdown'] as const)(
    'has none any more in a round without pairs in which Redis is %s',
    (failure) => {
      const silent = { ...round({}), after: { ...UP, version: STAYS_OPEN, cachePing: 200 }, target: { ...READABLE, failure } };
      const states = statesAfter(START, ...outage(3), silent, { ...silent, target: READABLE });
      expect(states.slice(-3).map((state) => judge(state).judgement.cause)).toEqual(['breaker_open', 'undetermined', 'undetermined']);
    },
  );

  it.each<[string, readonly [Outcome, Outcome]]>([
    ['writes again', ['miss_key_present', 'hit_not_in_redis']],
    ['is read again', ['ok', 'ok']],
    ['wrote one of its keys', ['miss_not_written', 'ok']],
  ])('has none any more when it %s, and is counted anew', (_, outcomes) => {
    const named = (version: string) => {
      const next = scene({ version });
      const rounds = [
        next('ok', 'ok'),
        next(...MASKED, { ping: 503 }),
        ...Array.from({ length: 3 }, () => next(...MASKED)),
        next(...outcomes),
      ];
      const more = Array.from({ length: 3 }, () => next(...MASKED));
      return [rounds, [...rounds, ...more.slice(1)], [...rounds, ...more]].map((all) => causeAfter(...all) === 'breaker_open');
    };
    // It opens again by what began the outage, until the gateway is restarted.
    expect(named(STAYS_OPEN)).toEqual([false, false, true]);
    expect(named(RECOVERS)).toEqual([false, false, false]);
  });

  it.each<[string, Shown]>([
    ...(['OOM', 'READONLY', 'MISCONF', 'NOREPLICAS', 'MASTERDOWN', 'LOADING', 'CLUSTERDOWN', 'BUSY'] as const).map(
      (name): [string, Shown] => [
        `writes that a server refuses with ${name}, as it does to others at all times`,
        { errors: { [name]: 29 } },
      ],
    ),
    ['denied commands, as usual, where ACL LOG does not tell whose', { errors: { NOPERM: 29 }, refusals: { isComplete: false } }],
    [
      'refused logins, as usual, where nothing but a credential of the exporter was let in',
      { errors: { WRONGPASS: 29 }, ping: undefined, target: { acceptedCredential: 'litellm' } },
    ],
    ['a server that shows no errors', { server: { errors: {} } }],
    ['a server that is another one after the pairs', { server: { runId: 'b' } }],
  ])('has none with %s', (_, silent) => {
    const next = scene();
    const rounds = [
      ...Array.from({ length: 9 }, () => next('ok', 'ok', { errors: silent.errors ?? {} })),
      next(...MASKED, { ping: 503 }),
      ...Array.from({ length: 9 }, () => next(...MASKED, silent)),
    ];
    expect(judge(stateAfter(START, ...rounds)).signals.silence).toBeUndefined();
  });

  it('has none where it may have gone to another Redis in the outage: nothing misses that was found here before', () => {
    const onlyChat = createState(gatewayConfig('http://x', { interval: INTERVAL, redis: 'cache', routes: ['chat', 'responses'] }));
    const rounds = outage(9).map((one) => {
      const [chat] = one.pairs.filter(({ pair }) => pair.prober.route === 'chat');
      const [responses] = round({ responses: 'miss_not_written' }).pairs;
      return { ...one, pairs: [chat, responses].flatMap((pair) => pair ?? []) };
    });
    const { judgement, signals } = judge(stateAfter(onlyChat, ...rounds));
    expect([judgement.verdict, judgement.cause, signals.silence]).toEqual(['memory_only', 'undetermined', undefined]);
  });

  it('is as long as a clock says that nobody sets', () => {
    const lengths = (version: string, jump: number) => {
      const rounds = outage(5, { version });
      let state: GatewayState = START;
      for (const [index, one] of rounds.entries()) {
        const endedAt = (index + 1) * 20_000;
        const at = 1_700_000_000_000 + endedAt + (index > 5 ? jump : 0);
        const pairs = one.pairs.map(({ pair }) => ({ pair, at, ranAt: endedAt }));
        state = advance(state, { ...one, pairs, pairsEndedAt: endedAt, at, endedAt });
      }
      const { judgement, signals } = judge(state);
      return [signals.silence?.seconds, judgement.cause];
    };
    for (const jump of [-3_600_000, 0, 3_600_000]) {
      expect(lengths(STAYS_OPEN, jump)).toEqual([80, 'breaker_open']);
      expect(lengths(RECOVERS, jump)).toEqual([80, 'undetermined']);
    }
  });

  it.each(['redis-semantic', 'valkey-semantic', 'local', 's3', 'other'] as const)(
    'has none in front of a cache of the type %s',
    (cacheType) => {
      const rounds = outage(5, { silent: { ping: undefined, target: { acceptedCredential: 'litellm' } } });
      const after = { ...UP, version: STAYS_OPEN, settings: { ...SETTINGS, cacheType } };
      expect(judge(stateAfter(START, ...rounds.map((one) => ({ ...one, before: after, after })))).signals.silence).toBeUndefined();
    },
  );

  it('has none where it was down meanwhile: it may have come back with another Redis', () => {
    const next = scene();
    const rounds = [...outage(5), { ...round({}), before: DOWN, after: DOWN }, ...Array.from({ length: 9 }, () => next(...MASKED))];
    expect(causeAfter(...rounds)).toBe('undetermined');
  });

  describe('and gives way to another one without a pause', () => {
    const found = (...names: string[]) => ({
      replicas: { all: names.map((name) => ({ name, host: name, port: 4000 })), answers: [], begin: 0 },
    });
    const inFront = (one: Round, version: string, cacheType: 'redis' | 'local', names: readonly string[]): Round => {
      const of = (report: SelfReport): SelfReport => ({
        ...report,
        version,
        health: { failure: undefined, ready: true, version, cacheType },
        ...(report.settings && { settings: { ...report.settings, cacheType } }),
      });
      return { ...one, before: of(one.before), after: of(one.after), ...(names.length > 0 && found(...names)) };
    };
    /** Good rounds, a refused password, and good ones again; then another gateway, and rounds in which nothing comes. */
    const deployed = (...steps: { version?: string; cacheType?: 'redis' | 'local'; names?: readonly string[] }[]) => {
      const next = scene();
      const before = [next('ok', 'ok'), next('ok', 'ok'), next(...MASKED, { ping: 503, errors: { WRONGPASS: 9 } }), next('ok', 'ok')];
      const [first = {}, ...others] = steps;
      const place = (one: Round, { version = STAYS_OPEN, cacheType = 'redis', names = [] }: (typeof steps)[number]) =>
        inFront(one, version, cacheType, names);
      const rounds = [...before.map((one) => place(one, first)), ...others.map((step) => place(next('ok', 'ok'), step))];
      const last = steps.at(-1) ?? first;
      const silent = Array.from({ length: 5 }, () => place(next(...MASKED), last));
      return judge(stateAfter(START, ...rounds, ...silent)).signals.silence !== undefined;
    };
    const A = ['10.0.0.1:4000', '10.0.0.2:4000'];
    const B = ['10.0.0.3:4000', '10.0.0.4:4000'];
    const half = ['10.0.0.2:4000', '10.0.0.3:4000'];

    it.each<[string, Parameters<typeof deployed>]>([
      ['of another version', [{}, { version: '1.110.3' }]],
      ['of another version and back', [{}, { version: '1.109.3' }, {}]],
      ['with another cache, and back', [{}, { cacheType: 'local' }, {}]],
      ['of other replicas', [{ names: A }, { names: B }]],
      ['of other replicas, one after the other', [{ names: A }, { names: half }, { names: B }]],
      ['of other replicas, more of them before', [{ names: A }, { names: [...A, ...B] }, { names: B }]],
    ])('has no breaker that stays open from before: %s', (_, steps) => {
      expect(deployed(...steps)).toBe(false);
    });

    it.each<[string, Parameters<typeof deployed>]>([
      ['nothing changed', [{}]],
      ['nothing changed among replicas', [{ names: A }, { names: A }]],
      ['they come in another order', [{ names: A }, { names: A.toReversed() }]],
      ['there are more of them', [{ names: A }, { names: [...A, ...B] }]],
      ['there are fewer', [{ names: [...A, ...B] }, { names: A }]],
      ['one was replaced', [{ names: A }, { names: half }]],
      ['a name server gave none', [{ names: A }, {}, { names: A }]],
    ])('has one as before where %s', (_, steps) => {
      expect(deployed(...steps)).toBe(true);
    });
  });

  it('has none where one of several workers is stuck and the others are well', () => {
    const [next, states] = [scene(), START];
    const outcomes = fc.array(fc.constantFrom<readonly [Outcome, Outcome]>(['ok', 'ok'], MASKED, ['miss_key_present', 'ok']), {
      minLength: 9,
      maxLength: 20,
    });
    fc.assert(
      fc.property(outcomes, (drawn) => {
        // No three rounds running reach the stuck worker alone.
        const mixed = drawn.map((one, index) => (index % 3 === 2 ? (['miss_key_present', 'ok'] as const) : one));
        const all = statesAfter(states, next('ok', 'ok'), next(...MASKED, { ping: 503 }), ...mixed.map((one) => next(...one)));
        expect(all.map((state) => judge(state).judgement.cause)).not.toContain('breaker_open');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a gateway that leaves Redis alone from the start of the exporter', () => {
  const settings = { cacheType: 'redis' as const, namespace: null };
  const silent = (more: Scene = {}, shown: Shown = {}, outcomes: readonly [Outcome, Outcome] = MASKED) => {
    const next = scene({ settings, ...more });
    return stateAfter(START, ...Array.from({ length: 4 }, () => next(...outcomes, shown)));
  };
  const hearing = (state: GatewayState, received: boolean): string => {
    const experiments: Experiments = {
      pause: { waited: false, after: undefined },
      ping: { report: state.report, recovered: false, repetition: undefined, received },
      selfChecks: [],
      breakerOpen: undefined,
    };
    return judge(learn(state, experiments), experiments).judgement.cause;
  };

  it('has an open breaker where Redis hears each of its pings, which is asked for after three rounds', () => {
    const state = silent();
    expect(judge(state).judgement.cause).toBe('undetermined');
    expect([needsHearing(state.silence, state.report), hearing(state, true), hearing(state, false)]).toEqual([
      true,
      'breaker_open',
      'undetermined',
    ]);
  });

  it.each<[string, GatewayState]>([
    ['its pairs never hit, as of a provider whose answers are never cached', silent({}, {}, ['miss_not_written', 'miss_not_written'])],
    ['its settings are not told', silent({ settings: null })],
    ['its cache is of another type', silent({ settings: { ...settings, cacheType: 'local' } })],
    ['its /cache/ping fails', silent({}, { ping: 503 })],
    ['its /cache/ping is not asked', silent({}, { ping: undefined })],
    ['its keys cannot be looked for', silent({}, {}, ['miss_unexplained', 'hit_unverified'])],
    ['Redis refuses more than ever', silent({}, { target: { failure: 'noperm' }, more: { backend: UNREADABLE } })],
  ])('has none, and is not asked so often, where %s', (_, state) => {
    expect([needsHearing(state.silence, state.report), hearing(state, true)]).not.toContain(true);
    expect(hearing(state, true)).not.toBe('breaker_open');
  });

  it.each<[string, Partial<typeof SETTINGS>, string]>([
    ['calls that it does not cache', { ...settings, callTypes: [] }, 'call_type_not_cached'],
    ['writes that it batches', { ...settings, flushSize: 50 }, 'write_batching'],
  ])('has %s named instead', (_, told, cause) => {
    const outcomes = cause === 'call_type_not_cached' ? (['miss_not_written', 'miss_not_written'] as const) : MASKED;
    expect(hearing(silent({ settings: told }, {}, outcomes), true)).toBe(cause);
  });

  it('is not asked for ever', () => {
    let state = silent();
    let asked = 0;
    while (needsHearing(state.silence, state.report) && asked < 99) {
      asked += 1;
      state = learn(state, {
        pause: { waited: false, after: undefined },
        ping: { report: state.report, recovered: false, repetition: undefined, received: false },
        selfChecks: [],
        breakerOpen: undefined,
      });
    }
    expect(asked).toBe(3);
  });

  it('is nothing without a target', () => {
    const next = scene();
    const without = createState(gatewayConfig('http://x', { interval: INTERVAL }));
    const state = stateAfter(without, ...Array.from({ length: 9 }, () => ({ ...next(...MASKED), target: undefined, backend: undefined })));
    expect([needsHearing(state.silence, state.report), judge(state).judgement.cause]).toEqual([false, 'undetermined']);
  });
});
