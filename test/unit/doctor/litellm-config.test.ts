import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLitellmConfig } from '../../../src/doctor/evidence/litellm-config.ts';
import { placeText } from '../../../src/doctor/place.ts';
import type { Path } from '../../../src/source/problem.ts';

function read(text: string, files: Record<string, string> = {}) {
  const asked: string[] = [];
  const { config, problems } = readLitellmConfig(text, 'config.yaml', (path, from) => {
    asked.push(`${from} ${path}`);
    const found = files[path];
    return found === undefined ? { reason: 'does not exist' } : { text: found, file: path };
  });
  const place = (...path: Path) => (config === undefined ? '' : placeText(config.place(path)));
  return { tree: config?.tree, problems, asked, place };
}

describe('a configuration of LiteLLM', () => {
  it('joins lists with those of included files, and replaces sections', () => {
    const { tree, place } = read('model_list:\n  - model_name: a\nlitellm_settings:\n  cache: true\ninclude:\n  - more.yaml\n', {
      'more.yaml': 'model_list:\n  - model_name: b\n  - model_name: c\nlitellm_settings:\n  ttl: 1\n',
    });
    expect(tree).toEqual({ model_list: [{ model_name: 'a' }, { model_name: 'b' }, { model_name: 'c' }], litellm_settings: { ttl: 1 } });
    expect(place('model_list', 0, 'model_name')).toBe('config.yaml:2:5');
    expect(place('model_list', 2, 'model_name')).toBe('more.yaml:3:5');
    expect(place('litellm_settings', 'ttl')).toBe('more.yaml:5:3');
    expect(place('router_settings', 'x')).toBe('config.yaml:1:1');
  });

  it('reads included files of included files, each once', () => {
    const { tree, asked, problems } = read('include: [a.yaml, b.yaml]\n', { 'a.yaml': 'include: [b.yaml]\nx: 1\n', 'b.yaml': 'y: [1]\n' });
    expect(tree).toEqual({ x: 1, y: [1] });
    expect([asked, problems]).toEqual([['config.yaml a.yaml', 'config.yaml b.yaml', 'a.yaml b.yaml'], []]);
  });

  it('says where a file includes itself', () => {
    expect(read('include:\n  - a.yaml\n', { 'a.yaml': 'x: 1\ninclude:\n  - config.yaml\n', 'config.yaml': '' }).problems).toEqual([
      { path: 'include[0]', message: 'config.yaml includes itself', at: { file: 'a.yaml', line: 3, column: 5 } },
    ]);
  });

  it.each([
    ['include: a.yaml\n', 'include: must be a list of file names 1:1'],
    ['x: 1\ninclude: [gone.yaml]\n', 'include[0]: gone.yaml does not exist 2:11'],
    ['a: 1\na: 2\n', 'a: this key is given twice, first in line 1; keep one 2:1'],
    ['', ': is empty 1:1'],
    ['a: 1\n---\nb: 1\n', ': has a second document; LiteLLM reads one 3:1'],
    ['a:\n\tb: 1\n', ': is indented with a tab; use spaces 2:1'],
    ['a: !env X\n', ': has an unknown !tag; put a text that begins with ! in quotes 1:4'],
    ['- a\n', ': must be sections with keys 1:1'],
    ['a: "x\n', ': opens a quote that is not closed on this line 1:4'],
  ])('%j is a problem with a position', (text, expected) => {
    expect(read(text).problems.map(({ path, message, at }) => `${path}: ${message} ${at?.line}:${at?.column}`)).toEqual([expected]);
  });

  it('takes the later of two values, and yes for true, as PyYAML does', () => {
    expect(read('a: 1\na: 2\nb: yes\nc: off\n').tree).toEqual({ a: 2, b: true, c: false });
  });

  it('keeps positions across CRLF', () => {
    expect(read('a:\r\n  b: 1\r\n').place('a', 'b')).toBe('config.yaml:2:3');
  });

  it('never throws, whatever the files hold', () => {
    const text = fc.array(
      fc.oneof(
        fc.constantFrom('include:', '  - a.yaml', 'model_list:', '  - x: *a', '&a', '<<: {a: 1}', '[', '{', '---', ': ', '- ', '|', '\t'),
        fc.string(),
      ),
      { maxLength: 15 },
    );
    fc.assert(
      fc.property(text, text, (one, two) => {
        const { problems, place } = read(one.join('\n'), { 'a.yaml': two.join('\n') });
        for (const { at } of problems) expect(at === undefined || (at.line >= 1 && at.column >= 1)).toBe(true);
        expect(place('model_list', 0)).toMatch(/^((config|a)\.yaml:\d+:\d+)?$/);
      }),
    );
  });
});
