import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../src/model/cache.ts';
import { increasesIn, type ObservationWindow } from '../../../src/verdict/growth.ts';
import { judge } from '../../../src/verdict/judge.ts';
import type { RouteResult, Signals } from '../../../src/verdict/signals.ts';
import { PROVES } from '../../support/proves.ts';
import { MASKED, quietSignals } from '../../support/quiet-signals.ts';

const QUIET = quietSignals({ deltas: undefined });

type Kind = keyof typeof PROVES;

/** A number from 0 to 1, the same ones in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** How often something happens that comes at random, `mean` times on average. */
function atRandom(mean: number, random: () => number): number {
  if (mean > 100) return Math.max(0, Math.round(mean + Math.sqrt(mean) * 1.7 * (random() + random() + random() + random() - 2)));
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); product *= random()) count += 1;
  return Math.max(0, count);
}

type Noise = (seconds: number, place: 'window' | 'pause') => number;

/** What is refused all the time, for `size` once in a round. */
const NOISES: Readonly<Record<string, (size: number, random: () => number) => Noise>> = {
  'of the gateway itself': (size, random) => (_, place) =>
    place === 'pause' ? 0 : Math.max(0, size + Math.round((random() - 0.5) * 2 * Math.min(3, size / 10))),
  'of others at random': (size, random) => (seconds) => atRandom((size * seconds) / 10, random),
  'of others in bursts': (size) => (_, place) => (place === 'pause' ? size : 0),
};

/** Whether the window of the outage has a burst in it, too. */
function inOutage(name: string, size: number, noise: Noise, seconds: number): number {
  return name === 'of others in bursts' ? size : noise(seconds, 'window');
}

describe('noise of one kind beside a short new refusal of another', () => {
  it.each(Object.entries(NOISES))('%s never names the cause', (name, createNoise) => {
    const random = createRandom(7);
    const wrong: string[] = [];
    let [right, all] = [0, 0];
    for (const size of [1, 3, 10, 29, 100, 1_000])
      for (const fault of [2, 3, 5, 12, 40])
        for (const [kind, its] of Object.entries(PROVES) as [Kind, Cause][])
          for (const [news, cause] of Object.entries(PROVES) as [Kind, Cause][]) {
            if (its === cause) continue;
            for (const [rounds, pause] of [
              [10, 58],
              [4, 13],
              [1, 28],
            ] as const) {
              // While little is known, two refusals are those of any client.
              if (rounds === 1 && fault === 2) continue;
              const noise = createNoise(size, random);
              const seconds = 1 + random() * 2;
              const window = (during: number, more: ObservationWindow['during']['by'], burst: boolean): ObservationWindow => ({
                pause: { seconds: pause, by: { [kind]: noise(pause, 'pause') } },
                during: { seconds: during, by: { ...more, [kind]: burst ? inOutage(name, size, noise, during) : noise(during, 'window') } },
              });
              const good = Array.from({ length: rounds }, () => window(seconds, {}, false));
              const bad = window(seconds * (random() < 0.5 ? 1 : 4), { [news]: fault }, true);
              for (const before of [0, 1, 5]) {
                // The noise and the news both moved in so many bad rounds before.
                const again = new Map([kind, news].flatMap((one) => (before === 0 ? [] : [[one, before]])));
                const judged = judge(MASKED, { ...QUIET, deltas: bad.during.by, increases: increasesIn(bad, good, again) });
                all += 1;
                if (judged.cause === cause) right += 1;
                else if (judged.cause !== 'undetermined') wrong.push(`${size} ${kind} beside ${fault} ${news}: ${judged.evidence}`);
              }
            }
          }
    // What comes at random exceeds its own most once in some thousand rounds.
    expect(wrong.slice(all / 2_000)).toEqual([]);
    expect(right / all).toBeGreaterThan(0.6);
  });

  it('is the cause where it is all that stands out', () => {
    const good: ObservationWindow[] = [{ during: { seconds: 2, by: {} }, pause: { seconds: 58, by: { WRONGPASS: 20 } } }];
    const increases = increasesIn({ during: { seconds: 2, by: { WRONGPASS: 15 } }, pause: { seconds: 58, by: {} } }, good);
    expect(judge(MASKED, { ...QUIET, deltas: {}, increases })).toMatchObject({ cause: 'redis_auth' });
  });
});

describe('a key that was written and lost', () => {
  const lost: readonly RouteResult[] = [{ route: 'completions', outcome: 'miss_not_written', key: 'absent', lostAfterWrite: true }];
  const deltas = { evicted_keys: 1, expired_keys: 0, flushes: 0, deletes: 0 };

  it.each<[string, Partial<Signals>]>([
    ['the refused credential of another', { refusedCredential: { credential: 'other', error: 'wrongpass' } }],
    ['a credential that another does not need', { refusedCredential: { credential: 'other', error: 'no password configured' } }],
    ['refused logins at each ping', { atPings: { times: 3, counters: ['WRONGPASS'] } }],
    ['refused logins from its address', { refusals: [{ cause: 'redis_auth', count: 3, tie: { address: '10.0.0.7' } }] }],
  ])('shows that its gateway was let in, beside %s', (_, signals) => {
    expect(judge(lost, { ...QUIET, deltas, ...signals })).toMatchObject({ cause: 'evicted' });
  });
});
