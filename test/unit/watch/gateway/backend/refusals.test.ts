import { describe, expect, it } from 'vitest';
import {
  type DeniedCommand,
  NO_REFUSALS,
  newlyDenied,
  type RefusalEvidence,
  type RefusalMemory,
  refusalsOfGateway,
  type TiedRefusal,
  withPairs,
  withRefusals,
} from '../../../../../src/watch/gateway/backend/refusals.ts';
import { refusals } from '../../../../support/round.ts';

const GOOD = { allGood: true, steady: true };
const BAD = { allGood: false, steady: true };

/** A command that was denied to a user, so many seconds ago. */
function denied(command: string, user: string, ageSeconds = 0): DeniedCommand {
  return { what: `command ${command}`, kind: `command ${command} ${user}`, count: 1, ageSeconds };
}

function tied(kind: string): TiedRefusal {
  return { cause: 'redis_auth', count: 1, tie: { address: '10.0.0.1' }, kind };
}

/** What is known after some rounds, each a second after the one before. */
function memoryAfter(...rounds: readonly (readonly [Partial<RefusalEvidence>, typeof GOOD])[]): RefusalMemory {
  let memory = NO_REFUSALS;
  for (const [index, [evidence, pairs]] of rounds.entries()) {
    const times = { beforeAt: index * 1_000, afterAt: index * 1_000 + 500 };
    memory = withPairs(withRefusals(memory, refusals({ ...times, ...evidence })), pairs);
  }
  return memory;
}

describe('the refusals of a gateway', () => {
  it('are those of the last round, of its key, its address and its credential', () => {
    const onKey = [{ cause: 'redis_permission', count: 2, tie: 'key' }] as const;
    expect(refusalsOfGateway(memoryAfter([{ onKey, tied: [tied('auth')] }, BAD]))).toEqual([
      { cause: 'redis_permission', count: 2, tie: 'key' },
      { cause: 'redis_auth', count: 1, tie: { address: '10.0.0.1' } },
    ]);
    expect(refusalsOfGateway(memoryAfter([{ onKey }, BAD], [{}, BAD]))).toEqual([]);
    expect(refusalsOfGateway(NO_REFUSALS)).toEqual([]);
  });

  it.each<[string, typeof GOOD, number]>([
    ['that also come with good pairs do not count', GOOD, 0],
    ['that came with the last good pairs before an outage do', { allGood: true, steady: false }, 1],
    ['that came with bad pairs do', BAD, 1],
  ])('%s', (_, before, count) => {
    const one = { tied: [tied('auth')] };
    expect(refusalsOfGateway(memoryAfter([one, before], [one, BAD]))).toHaveLength(count);
    expect(refusalsOfGateway(memoryAfter([one, before], [{ tied: [tied('another')] }, BAD]))).toHaveLength(1);
  });
});

describe('commands that are denied to others', () => {
  const SET = denied('set', 'app');

  it('are new where good rounds never had them, and unknown before any good round', () => {
    expect(newlyDenied(memoryAfter([{ denied: [SET] }, BAD]))).toBe(0);
    expect(newlyDenied(memoryAfter([{}, GOOD], [{ denied: [SET, denied('get', 'app')] }, BAD]))).toBe(2);
    expect(newlyDenied(memoryAfter([{ denied: [SET] }, GOOD], [{ denied: [SET] }, BAD]))).toBe(0);
    expect(newlyDenied(memoryAfter([{ denied: [SET], isComplete: false }, GOOD], [{ denied: [SET] }, BAD]))).toBe(0);
  });

  it('are not new where they came in the pause after good pairs', () => {
    const paused = (ageSeconds: number, before: typeof GOOD) =>
      newlyDenied(
        memoryAfter([{}, GOOD], [{}, before], [{ deniedBefore: [denied('set', 'app', ageSeconds)] }, GOOD], [{ denied: [SET] }, BAD]),
      );
    expect(paused(0.4, GOOD)).toBe(0);
    // Before the last pairs, or after bad ones.
    expect([paused(0.6, GOOD), paused(0.4, BAD)]).toEqual([1, 1]);
  });

  it('are new for a user for the first time only where users have not changed for three good rounds', () => {
    const newAfter = (settled: number) =>
      newlyDenied(
        memoryAfter([{ denied: [SET] }, GOOD], ...Array.from({ length: settled }, () => [{}, GOOD] as const), [
          { denied: [denied('set', 'web')] },
          BAD,
        ]),
      );
    expect([0, 1, 2, 3, 4].map(newAfter)).toEqual([0, 0, 0, 1, 1]);
  });

  it('count by the command alone where more users are refused than are kept', () => {
    const many = Array.from({ length: 80 }, (_, index) => denied('set', `user-${index}`));
    const settled = Array.from({ length: 4 }, () => [{}, GOOD] as const);
    const next = (command: string) =>
      newlyDenied(memoryAfter([{ denied: many }, GOOD], ...settled, [{ denied: [denied(command, 'new')] }, BAD]));
    expect([next('set'), next('get')]).toEqual([0, 1]);
  });
});
