import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../../src/explain/difference.ts';
import { type JsonNode, writeJson } from '../../../src/explain/json-text.ts';
import { minimise } from '../../../src/explain/minimise.ts';
import { anyNode } from '../../support/request-pairs.ts';

/** A key as LiteLLM makes one: of some fields in the order of the request, with the values that a program reads. */
function keyOf(body: JsonNode, fields: ReadonlySet<string>): string {
  const parsed: unknown = JSON.parse(writeJson(body));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return writeJson(body);
  const entries = Object.entries(parsed);
  return entries
    .filter(([name, value]) => fields.has(name) && value !== null)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join('');
}

const bodies = anyNode.filter(({ kind }) => kind === 'object');

describe('the smallest difference', () => {
  it('undone gives the same key, and each of its parts alone another, whatever enters the key', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, bodies, fc.subarray(['a', 'b', 'c', 'd', 'e', '1']), async (first, second, names) => {
        const fields = new Set(names);
        const { parts, mix } = differenceOf(first, second);
        const wanted = keyOf(first, fields);
        const found = await minimise(
          parts.length,
          async (chosen) => (keyOf(mix(chosen), fields) === wanted ? 'same' : 'different'),
          10_000,
        );
        expect(found.left).toEqual([]);
        expect([...found.apart, ...found.harmless].sort((a, b) => a - b)).toEqual([...parts.keys()]);
        expect(keyOf(mix(new Set(found.harmless)), fields)).toBe(wanted);
        for (const part of found.apart) expect(keyOf(mix(new Set([...found.harmless, part])), fields)).not.toBe(wanted);
        expect(found.apart.length === 0).toBe(keyOf(second, fields) === wanted);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found among many harmless differences with few questions', async () => {
    const count = 1_000;
    let asked = 0;
    const oracle = async (chosen: ReadonlySet<number>) => {
      asked += 1;
      return chosen.has(17) || chosen.has(803) ? ('different' as const) : ('same' as const);
    };
    const found = await minimise(count, oracle, 200);
    expect(found).toMatchObject({ apart: [17, 803], untried: [], left: [] });
    expect(asked).toBeLessThan(50);
  });

  it('says what it did not look at when enough was asked, and what could not be tried', async () => {
    const all = await minimise(100, async () => 'different', 20);
    expect(all.apart.length + all.left.length).toBe(100);
    expect(all.left.length).toBeGreaterThan(0);
    const refused = await minimise(3, async (chosen) => (chosen.has(1) ? 'refused' : 'same'), 100);
    expect(refused).toEqual({ apart: [], harmless: [0, 2], untried: [1], left: [] });
  });

  it('of two orders that undo each other is none', async () => {
    // A change that needs another one: alone each changes the key, together they do not.
    const oracle = async (chosen: ReadonlySet<number>) => (chosen.has(0) === chosen.has(2) ? ('same' as const) : ('different' as const));
    const found = await minimise(4, oracle, 100);
    expect(found.apart).toEqual([]);
  });
});
