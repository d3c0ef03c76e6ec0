import { describe, expect, it } from 'vitest';
import { problemText } from '../../../src/source/problem.ts';
import { parseYamlStream } from '../../../src/source/yaml.ts';

function read(text: string, version: '1.1' | '1.2' = '1.2') {
  const { documents, problems } = parseYamlStream(text, 'a.yaml', version);
  return { trees: documents.map(({ tree }) => tree), problems: problems.map(problemText), documents };
}

describe('a stream of YAML documents', () => {
  it('gives each with its positions, and leaves out those without content', () => {
    const { trees, documents } = read('# first\na: 1\n---\n---\nb:\n  - c: 2\n');
    expect(trees).toEqual([{ a: 1 }, { b: [{ c: 2 }] }]);
    expect(documents.map(({ position }) => position([])?.line)).toEqual([2, 5]);
    expect(documents[1]?.position(['b', 0, 'c'])).toEqual({ file: 'a.yaml', line: 6, column: 5 });
  });

  it('keeps the documents beside a broken one', () => {
    const { trees, problems } = read('a: 1\n---\nb: [\n---\nc: 1\n');
    expect([trees, problems]).toEqual([[{ a: 1 }, { c: 1 }], ['a.yaml:3:4: opens a [ that is not closed']]);
  });

  it('names a key that is given twice, and takes the later value', () => {
    expect(read('a: 1\na: 2\n')).toMatchObject({
      trees: [{ a: 2 }],
      problems: ['a.yaml:2:1: a: this key is given twice, first in line 1; keep one'],
    });
  });

  it('lets tags pass, except where PyYAML would not', () => {
    expect(read('a: !reset []\n')).toMatchObject({ trees: [{ a: [] }], problems: [] });
    expect(read('a: !reset []\n', '1.1')).toMatchObject({
      trees: [],
      problems: ['a.yaml:1:4: has an unknown !tag; put a text that begins with ! in quotes'],
    });
  });

  it('reads yes as true only in version 1.1', () => {
    expect([read('a: yes\n').trees, read('a: yes\n', '1.1').trees]).toEqual([[{ a: 'yes' }], [{ a: true }]]);
  });

  it.each(['['.repeat(300), '- '.repeat(300), `${' '.repeat(500)}a: 1`, '{a: '.repeat(100_000), '? '.repeat(100_000)])(
    'refuses nesting without end before it is parsed',
    (text) => {
      expect(read(text).problems).toEqual([expect.stringMatching(/^a\.yaml:1:\d+: is nested too deeply$/)]);
    },
  );

  it('does not take brackets that are closed again for nesting', () => {
    expect(read('- [[1], {a: 2}]\n'.repeat(500)).problems).toEqual(['a.yaml:1:1: must be sections with keys']);
    expect(read(`a: ${JSON.stringify(Array(1000).fill([1]))}\n`).problems).toEqual([]);
  });
});
