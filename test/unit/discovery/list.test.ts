import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../src/discovery/http.ts';
import { MAX_TARGETS, parseJsonList, parseYamlTargets } from '../../../src/discovery/list.ts';

function addresses(parsed: ReturnType<typeof parseJsonList>): string[] | string {
  return 'fault' in parsed ? parsed.fault : parsed.targets.map(({ address, place }) => `${address} at ${place}`);
}

describe('a list of targets', () => {
  it('is read in both formats of Prometheus, each target with its place and its labels as text', () => {
    const json = '[{"targets":["a:1","b:2"],"labels":{"redis":"cache"}},{"targets":[]},{"targets":["c"]}]';
    expect(addresses(parseJsonList(json, ''))).toEqual(['a:1 at [0].targets[0]', 'b:2 at [0].targets[1]', 'c at [2].targets[0]']);
    const yaml = '- targets: ["a:1", "b:2"]\n  labels: { shard: 3, version: 1.10, on: yes }\n- targets:\n    - c\n';
    const parsed = parseYamlTargets(yaml, 'l.yaml');
    expect(addresses(parsed)).toEqual(['a:1 at l.yaml:1:13', 'b:2 at l.yaml:1:20', 'c at l.yaml:4:7']);
    expect('targets' in parsed && [...(parsed.targets[0]?.labels ?? [])]).toEqual([
      ['shard', '3'],
      ['version', '1.10'],
      ['on', 'yes'],
    ]);
    expect(addresses(parseYamlTargets('[]', 'l.yaml'))).toEqual([]);
  });

  it.each([
    ['', 'is empty; [] is a list without targets'],
    ['<!doctype html><html>', 'is not JSON: it is a page for browsers'],
    ['[{"targets":["a:1"]}', 'is not JSON: it is cut off, or a comma or quote is wrong'],
    ['null', 'must be a list of {"targets": […], "labels": {…}}'],
    ['{"targets":["a"]}', 'must be a list of {"targets": […], "labels": {…}}'],
    ['[null]', '[0]: must be a section with targets and labels'],
    ['[[]]', '[0]: must be a section with targets and labels'],
    ['[{"labels":{}}]', '[0]: lacks targets'],
    ['[{"targets":"a:1"}]', '[0].targets: must be a list of host:port'],
    ['[{"targets":["a"]},{"targets":[1]}]', '[1].targets[0]: must be text, host:port'],
    ['[{"targets":["a"],"labels":{"shard":1}}]', '[0].labels.shard: must be text; put it in quotes'],
    ['[{"targets":["a"],"labels":[]}]', '[0].labels: must be a section of labels'],
    ['[{"targets":["a"],"label":{}}]', '[0].label: unknown key; known are targets and labels'],
  ])('is refused as a whole: %s', (text, fault) => {
    expect(addresses(parseJsonList(text, ''))).toBe(fault);
  });

  it('is refused as YAML with the line', () => {
    expect(addresses(parseYamlTargets('', 'l.yaml'))).toBe('l.yaml is empty; [] is a list without targets');
    expect(addresses(parseYamlTargets('targets: [a]\n', 'l.yaml'))).toBe('l.yaml:1:1: must be a list, each entry with a dash');
    expect(addresses(parseYamlTargets('- targets: a\n', 'l.yaml'))).toBe('l.yaml:1:3: must be a list of host:port');
    expect(addresses(parseYamlTargets('- targets: [a\n', 'l.yaml'))).toMatch(/^l\.yaml:\d+:\d+: /);
    expect(addresses(parseYamlTargets(`- &a { targets: [x], labels: *a }\n`, 'l.yaml'))).toBe('l.yaml has an anchor that contains itself');
  });

  it('is refused as a whole where it names too many targets, with both numbers', () => {
    const list = (count: number) => JSON.stringify([{ targets: Array.from({ length: count }, (_, index) => `h${index}:1`) }]);
    expect(addresses(parseJsonList(list(100_000), ''))).toBe('names 100000 targets, more than 10000; nothing of it is taken');
    expect(addresses(parseJsonList(list(MAX_TARGETS), ''))).toHaveLength(MAX_TARGETS);
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `- targets: [${text}]\n`),
        ),
        (text) => {
          for (const parsed of [parseJsonList(text, ''), parseYamlTargets(text, 'l.yaml')]) {
            if ('targets' in parsed)
              for (const { labels } of parsed.targets) for (const label of labels.values()) expect(label).toBeTypeOf('string');
            else expect(parsed.fault).not.toBe('');
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(addresses(parseJsonList('['.repeat(200_000), ''))).toBeTypeOf('string');
  });
});

describe('an answer of a source', () => {
  const answer = (status: number, body = '[]', headers = {}) => readAnswer({ status, body, headers });

  it('is a list with status 200 and nothing else', () => {
    expect(answer(200, '[{"targets":["a:1"]}]', { 'content-type': 'application/json; charset=utf-8' })).toMatchObject({ notes: [] });
    expect(answer(302)).toEqual({
      fault: 'it answered with the status 302; a redirect is not followed: write the address that it leads to into url',
    });
    expect(answer(401)).toEqual({ fault: 'it answered with the status 401; see authorization' });
    expect(answer(503)).toEqual({ fault: 'it answered with the status 503' });
    expect(answer(200, '[]', { 'content-encoding': 'gzip' })).toEqual({ fault: 'its answer is compressed, which was not asked for' });
    expect(answer(200, '[]', { 'content-type': 'text/html' })).toEqual({
      fault: 'it answered with a page for browsers, not with a list of targets',
    });
    expect(answer(200, '')).toEqual({ fault: 'its answer is empty; [] is a list without targets' });
  });
});
