import { describe, expect, it } from 'vitest';
import { GATEWAY_RELEASE, NEWEST_RELEASE } from '../../dev/gateway.ts';
import { fidelityMarkdown, readFidelity } from '../../scripts/fidelity-page.ts';
import { CATALOGUE } from '../../src/catalogue/index.ts';
import { FIDELITY_RESULT, FIDELITY_SHAPE } from '../../src/model/fidelity.ts';
import { EXACT_SHAPES } from '../fidelity/shapes.ts';
import { page } from '../support/documentation.ts';

const { text } = page('docs/fidelity.md');
const table = readFidelity(text);

describe('the page of what releases do to answers', () => {
  it('has a column for the oldest, the shipped and the newest release', () => {
    expect(Object.keys(table)).toEqual(['1.80.9', '1.104.2', NEWEST_RELEASE]);
    expect(GATEWAY_RELEASE).toEqual(expect.arrayContaining(Object.keys(table)));
  });

  it('tells of every shape of an exact cache what each release does, in words of the closed set', () => {
    for (const [release, shapes] of Object.entries(table)) {
      expect([release, Object.keys(shapes)]).toEqual([release, EXACT_SHAPES]);
      for (const one of Object.values(shapes)) {
        expect(FIDELITY_RESULT).toContain(one?.result);
        expect([release, one?.result]).not.toEqual([release, 'unknown']);
      }
    }
  });

  it('is as the program writes it, and has the results of the metric', () => {
    expect(fidelityMarkdown(table)).toBe(text);
    expect(CATALOGUE['llm.cache.fidelity'].labels).toEqual({ shape: FIDELITY_SHAPE, result: FIDELITY_RESULT });
  });
});
