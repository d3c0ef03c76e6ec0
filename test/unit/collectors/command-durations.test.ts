import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND_SECONDS } from '../../../src/catalogue/redis.ts';
import { readCollectors } from '../../../src/collectors/collector.ts';
import { commandDurations, fold } from '../../../src/collectors/command-durations.ts';
import { createReplyStore } from '../../../src/redis/replies/reply-store.ts';

const BOUNDS = COMMAND_SECONDS.map((bound) => Math.round(bound * 1e6));

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function counts(filled: Record<number, number>): number[] {
  return Array.from({ length: COMMAND_SECONDS.length + 1 }, (_, index) => filled[index] ?? 0);
}

describe('fold', () => {
  it('fills in the buckets that the server leaves out', () => {
    expect(
      fold(
        {
          calls: 7,
          buckets: [
            [2, 1],
            [33, 4],
            [135_266, 7],
          ],
        },
        0.5,
      ),
    ).toEqual({ counts: counts({ 1: 1, 5: 3, 17: 3 }), sum: 0.5 });
  });

  it('puts what is slower than the last bound, and what the buckets do not tell, beyond it', () => {
    expect(
      fold(
        {
          calls: 6,
          buckets: [
            [1, 1],
            [2_164_260, 4],
          ],
        },
        9,
      ).counts,
    ).toEqual(counts({ 0: 1, 21: 5 }));
  });

  it('is empty for a command that was never called', () => {
    expect(fold(undefined, 0)).toEqual({ counts: counts({}), sum: 0 });
  });

  it('loses no call, whatever buckets come', () => {
    const added = fc.array(fc.nat(1_000), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(added, (adds) => {
        const bounds = [...BOUNDS, 2_164_260, 4_328_521, 8_657_042];
        const buckets = bounds.map((bound, index): [number, number] => [bound, sum(adds.slice(0, index + 1))]);
        const total = sum(adds);
        const sent = buckets.filter((_, index) => (adds[index] ?? 0) > 0);
        const folded = fold({ calls: total, buckets: sent }, 1);
        expect(folded.counts.slice(0, 21)).toEqual(adds.slice(0, 21));
        expect(sum(folded.counts)).toBe(total);
      }),
    );
  });
});

describe('the execution times of a command', () => {
  const of = (get: string, histogram: unknown) => {
    const sheet = createReplyStore();
    sheet.set(commandDurations.queries.info, `# Commandstats\r\n${get}`);
    sheet.set(commandDurations.queries.latencies, histogram);
    return readCollectors([commandDurations], sheet, 1_000).samples.filter(({ labels }) => JSON.stringify(labels) === '{"cmd":"get"}');
  };
  const CALLED = 'cmdstat_get:calls=3,usec=30,usec_per_call=10.00,rejected_calls=0,failed_calls=0\r\n';
  const TRACKED = ['get', ['calls', 3, 'histogram_usec', [8, 1, 16, 3]]];

  it('are those of the server where it tracks them', () => {
    expect(of(CALLED, TRACKED)).toEqual([
      { metric: 'redis.cmd.duration', labels: { cmd: 'get' }, value: { counts: expect.any(Array), sum: 0.00003 } },
    ]);
  });

  it('are empty where it was never called, tracked or not', () => {
    for (const histogram of [[], ['set', ['calls', 1, 'histogram_usec', [8, 1]]]])
      expect(of('', histogram)).toEqual([{ metric: 'redis.cmd.duration', labels: { cmd: 'get' }, value: { counts: counts({}), sum: 0 } }]);
  });

  it('are absent, not 0, where it was called and the server does not track (latency-tracking no)', () => {
    expect(of(CALLED, [])).toEqual([]);
  });
});
