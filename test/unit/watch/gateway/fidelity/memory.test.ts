import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIDELITY_RESULT, FIDELITY_SHAPE, type FidelityResult, type FidelityShape } from '../../../../../src/model/fidelity.ts';
import {
  createFidelity,
  type FidelityMemory,
  fidelityAfter,
  fidelityStatus,
  shapeInTurn,
  shapeStatuses,
  withoutShape,
  withShape,
  wrongShapes,
} from '../../../../../src/watch/gateway/fidelity/memory.ts';

const MINUTE = 60_000;
const SAME = { isSame: true, isReplaced: false };

function memoryOf(shapes: readonly FidelityShape[] = FIDELITY_SHAPE, accept: FidelityShape[] = []): FidelityMemory {
  const memory = createFidelity({ fidelity: { interval: 10 * MINUTE, shapes: [...shapes], accept }, interval: MINUTE });
  if (memory === undefined) throw new Error('no memory');
  return memory;
}

function tried(memory: FidelityMemory, shape: FidelityShape, result: FidelityResult, at: number): FidelityMemory {
  return withShape(memory, {
    check: { shape, result, parts: result === 'wrong' ? ['/data/2/embedding'] : [] },
    at,
    ranAt: at,
    traceId: 't',
  });
}

/** Which shape each round tries, one a minute. */
function turns(memory: FidelityMemory, rounds: number, result: FidelityResult = 'same'): (FidelityShape | undefined)[] {
  let known = memory;
  return Array.from({ length: rounds }, (_, round) => {
    const shape = shapeInTurn(known, 'redis', round * MINUTE);
    if (shape !== undefined) known = tried(known, shape, result, round * MINUTE);
    return shape;
  });
}

function shown(memory: FidelityMemory, now = 0): Partial<Record<FidelityShape, FidelityResult>> {
  return Object.fromEntries(shapeStatuses(memory, 'redis', now).map(({ shape, result }) => [shape, result]));
}

describe('the turn of a shape', () => {
  it('is one in a round until all were tried, whatever they show', () => {
    const plain = FIDELITY_SHAPE.filter((shape) => shape !== 'semantic_opposite');
    for (const result of FIDELITY_RESULT) expect(new Set(turns(memoryOf(), plain.length, result))).toEqual(new Set(plain));
  });

  it('comes once in an interval where there are rounds enough, though they begin late', () => {
    const late = [0, 10 * MINUTE - 20_000, 20 * MINUTE - 40_000];
    let memory = memoryOf(['text']);
    for (const now of late) {
      expect([now, shapeInTurn(memory, 'redis', now)]).toEqual([now, 'text']);
      memory = tried(memory, 'text', 'same', now);
      expect(shapeInTurn(memory, 'redis', now + 9 * MINUTE)).toBeUndefined();
    }
  });

  it('comes sooner after a try that showed nothing, but not before that of the others', () => {
    const memory = tried(memoryOf(['text', 'json']), 'text', 'unknown', 0);
    expect(shapeInTurn(memory, 'redis', MINUTE)).toBe('json');
    expect(shapeInTurn(tried(memory, 'json', 'same', MINUTE), 'redis', 2 * MINUTE)).toBe('text');
  });

  it('is that of a semantic cache for opposites only', () => {
    const memory = memoryOf(['semantic_opposite']);
    expect(shapeInTurn(memory, 'redis', 0)).toBeUndefined();
    expect(shapeStatuses(memory, 'redis', 0)).toEqual([]);
    for (const type of ['redis-semantic', 'valkey-semantic', 'qdrant-semantic'] as const) {
      expect(shapeInTurn(memory, type, 0)).toBe('semantic_opposite');
    }
  });

  it('does not come without shapes', () => {
    expect(createFidelity({ fidelity: undefined, interval: MINUTE })).toBeUndefined();
    expect(createFidelity({ fidelity: { interval: MINUTE, shapes: [], accept: [] }, interval: MINUTE })).toBeUndefined();
  });
});

describe('what is known of a shape', () => {
  it('is kept with the time since when it is so', () => {
    let memory = tried(memoryOf(['text']), 'text', 'same', 1);
    memory = tried(memory, 'text', 'same', 2);
    expect(shapeStatuses(memory, 'redis', 2)).toEqual([{ shape: 'text', result: 'same', parts: [], at: 2, since: 1, traceId: 't' }]);
    expect(shapeStatuses(tried(memory, 'text', 'wrong', 3), 'redis', 3)).toMatchObject([{ result: 'wrong', at: 3, since: 3 }]);
  });

  it('changes with the second miss or refusal in a row, and at once with anything that content proves', () => {
    for (const known of ['same', 'altered', 'wrong'] as const) {
      const memory = tried(memoryOf(['text']), 'text', known, 0);
      for (const weak of ['not_cached', 'refused'] as const) {
        const once = tried(memory, 'text', weak, 1);
        expect(shown(once)).toEqual({ text: known });
        expect(shown(tried(once, 'text', weak, 2))).toEqual({ text: weak });
        expect(shown(tried(tried(once, 'text', known, 2), 'text', weak, 3))).toEqual({ text: known });
      }
      expect(shown(tried(memory, 'text', 'unknown', 1))).toEqual({ text: known });
      for (const proven of ['same', 'altered', 'wrong'] as const) expect(shown(tried(memory, 'text', proven, 1))).toEqual({ text: proven });
    }
    for (const result of FIDELITY_RESULT) expect(shown(tried(memoryOf(['text']), 'text', result, 0))).toEqual({ text: result });
  });

  it('is told by the last two tries that showed something, in any history', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FIDELITY_RESULT), { maxLength: 20 }), (history) => {
        const memory = history.reduce((known, result, index) => tried(known, 'text', result, index), memoryOf(['text']));
        const [result] = Object.values(shown(memory));
        const told = history.filter((one) => one !== 'unknown');
        if (told.length === 0) expect(result).toBe('unknown');
        else if (told.slice(-2).every((one) => one === told.at(-1)) && history.slice(-2).every((one) => one !== 'unknown')) {
          expect(result).toBe(told.at(-1));
        } else expect(told).toContain(result);
      }),
    );
  });

  it('is forgotten with another release, stays and is looked at again after an outage, and grows old', () => {
    const known = fidelityAfter(tried(memoryOf(['text']), 'text', 'wrong', 0), SAME);
    expect(shown(known)).toEqual({ text: 'wrong' });
    expect(shapeInTurn(known, 'redis', MINUTE)).toBeUndefined();
    const down = fidelityAfter(known, { isSame: false, isReplaced: false });
    expect(shown(down)).toEqual({ text: 'wrong' });
    expect(shapeInTurn(down, 'redis', MINUTE)).toBe('text');
    expect(shown(fidelityAfter(down, { isSame: false, isReplaced: true }))).toEqual({ text: 'unknown' });
    // A semantic cache that was rolled back has taken its wrong answers along.
    const replaced = fidelityAfter(known, { ...SAME, isReplaced: true });
    expect(shown(replaced)).toEqual({ text: 'unknown' });
    expect(shapeInTurn(replaced, 'redis', MINUTE)).toBe('text');
    expect(shapeStatuses(known, 'redis', 30 * MINUTE + 1)).toEqual([{ shape: 'text', result: 'unknown', parts: [], why: 'too_old' }]);
  });

  it('counts as wrong unless the configuration accepts it', () => {
    const wrong = tried(tried(memoryOf(['text', 'json'], ['json']), 'text', 'wrong', 0), 'json', 'wrong', 0);
    expect(wrongShapes(wrong, 'redis', 0)).toMatchObject([{ shape: 'text', parts: ['/data/2/embedding'] }]);
    expect(shapeStatuses(wrong, 'redis', 0)).toMatchObject([{ shape: 'text' }, { shape: 'json', accepted: true }]);
  });

  it('comes with why no shape was tried, until one is', () => {
    const waiting = withoutShape(memoryOf(['text']), 'budget');
    expect(fidelityStatus(waiting, 'redis', 0)).toMatchObject({ notAsked: 'budget', shapes: [{ why: 'not_tried' }] });
    expect(fidelityStatus(tried(waiting, 'text', 'same', 0), 'redis', 0)).not.toHaveProperty('notAsked');
  });
});
