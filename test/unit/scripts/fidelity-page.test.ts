import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FidelityTable, fidelityMarkdown, readFidelity, worstShapes } from '../../../scripts/fidelity-page.ts';
import { FIDELITY_RESULT, FIDELITY_SHAPE } from '../../../src/model/fidelity.ts';

const README = '# name\n<!-- worst answers: written by npm run gen -->\nold\n<!-- end of the worst answers -->\nrest\n';

const measured = fc.record({
  result: fc.constantFrom(...FIDELITY_RESULT),
  parts: fc.array(fc.constantFrom('/usage', '/choices/0/message/content', '/data/2/index'), { maxLength: 3 }),
});
const releases = fc.constantFrom('1.80.9', '1.104.2', '1.110.2', '1.111.0');
const tables = fc.dictionary(releases, fc.dictionary(fc.constantFrom(...FIDELITY_SHAPE), measured), { minKeys: 1 });

describe('the page of what a cache does to answers', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(tables, (table: FidelityTable) => {
        const differing = ['wrong', 'altered'];
        const expected = Object.fromEntries(
          Object.entries(table).map(([release, shapes]) => [
            release,
            Object.fromEntries(
              Object.entries(shapes).map(([shape, one]) => [
                shape,
                { result: one?.result, parts: differing.includes(one?.result ?? '') ? one?.parts : [] },
              ]),
            ),
          ]),
        );
        expect(readFidelity(fidelityMarkdown(table))).toEqual(expected);
      }),
    );
  });

  it('has the oldest release first', () => {
    const page = fidelityMarkdown({ '1.110.2': {}, '1.80.9': {}, '1.104.2': {} });
    expect(page).toContain('| shape | answer | 1.80.9 | 1.104.2 | 1.110.2 |');
  });

  it('is not read where it says something else', () => {
    expect(() => readFidelity('# nothing')).toThrow('npm run fidelity');
    expect(() => readFidelity('| shape | answer | 1.80.9 |\n|---|---|---|\n| `text` | x | fine |')).toThrow('says fine of text');
    expect(() => readFidelity('| shape | answer | newest |')).toThrow('no release');
  });

  it('gives the README its three worst lines', () => {
    const page = fidelityMarkdown({
      '1.110.2': { embeddings_batch: { result: 'same', parts: [] }, stream_usage: { result: 'same', parts: [] } },
      '1.80.9': {
        text: { result: 'same', parts: [] },
        responses: { result: 'not_cached', parts: [] },
        stream_usage: { result: 'altered', parts: ['/usage'] },
        embeddings_batch: { result: 'wrong', parts: ['/data/2/embedding'] },
      },
      '1.104.2': { stream_usage: { result: 'altered', parts: [] } },
    });
    expect(worstShapes(README, page)).toBe(
      [
        '# name',
        '<!-- worst answers: written by npm run gen -->',
        '| answer | what a hit gives | LiteLLM |',
        '|---|---|---|',
        '| embeddings, a batch of which a part is cached | wrong | 1.80.9 |',
        '| streamed chat, its usage | altered | 1.80.9, 1.104.2 |',
        '| responses | not_cached | 1.80.9 |',
        '<!-- end of the worst answers -->',
        'rest',
        '',
      ].join('\n'),
    );
  });
});
