import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeniedCommand,
  NO_REFUSALS,
  newlyDenied,
  type RefusalMemory,
  withPairs,
  withRefusals,
} from '../../../../../src/watch/gateway/backend/refusals.ts';
import { refusals } from '../../../../support/round.ts';

function denied(user: string, command: string, count = 1): DeniedCommand {
  return { what: `command ${command}`, kind: `command ${command} ${user}`, count, ageSeconds: 0 };
}

/** The memory after rounds, good unless said otherwise, in which these commands were denied. */
function memoryOf(rounds: readonly (readonly DeniedCommand[])[], allGood = true, from: RefusalMemory = NO_REFUSALS): RefusalMemory {
  return rounds.reduce((memory, some) => withPairs(withRefusals(memory, refusals({ denied: some })), { allGood, steady: true }), from);
}

const NOISE = denied('noise', 'get');

describe('a command that was never refused before', () => {
  it('is one that was refused to another user all the time', () => {
    const known = memoryOf([[NOISE], [NOISE], [], [NOISE], [NOISE]]);
    expect(newlyDenied(memoryOf([[NOISE, denied('litellm', 'get', 3)]], false, known))).toBe(3);
    expect(newlyDenied(memoryOf([[NOISE]], false, known))).toBe(0);
  });

  it('is one that was refused to nobody, also where other users come all the time or little is known', () => {
    const rotating = memoryOf(Array.from({ length: 9 }, (_, round) => [denied(`user-${round}`, 'get', 29)]));
    for (const known of [rotating, memoryOf([[NOISE]]), memoryOf([[NOISE], [], []])]) {
      expect(newlyDenied(memoryOf([[denied('next', 'get', 29)]], false, known))).toBe(0);
      expect(newlyDenied(memoryOf([[denied('next', 'set', 4)]], false, known))).toBe(4);
    }
  });

  it('is never one that comes from however many users at all times', () => {
    const user = fc.integer({ min: 0, max: 200 }).map((number) => denied(`user-${number}`, 'get'));
    fc.assert(
      fc.property(fc.array(fc.array(user, { minLength: 1, maxLength: 8 }), { minLength: 5, maxLength: 40 }), (rounds) => {
        const known = memoryOf(rounds);
        for (const one of rounds.flat()) expect(newlyDenied(memoryOf([[one]], false, known))).toBe(0);
      }),
    );
  });

  it('is not known before good pairs', () => {
    expect(newlyDenied(memoryOf([[NOISE], [NOISE]], false))).toBe(0);
  });
});
