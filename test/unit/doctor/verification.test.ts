import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Examination, examine } from '../../../src/doctor/examination.ts';
import type { Edit, Severity } from '../../../src/doctor/finding.ts';
import { gather } from '../../../src/doctor/gather.ts';
import type { Rule } from '../../../src/doctor/rule.ts';
import { RULES } from '../../../src/doctor/rules/index.ts';
import { verified } from '../../../src/doctor/verification.ts';
import { systemClock } from '../../../src/schedule/clock.ts';
import type { Files } from '../../support/doctor-page.ts';

/** What stays mechanical and what does not, by rule, for files and rules. */
async function outcome(files: Files, rules: readonly Rule[], litellmVersion?: string) {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
    const look = {
      litellmConfig: 'config.yaml',
      envFiles: ['.env'].filter((name) => name in files),
      compose: [],
      kubernetes: [],
      processEnvironment: false,
      live: false,
      litellmVersion,
      directory,
    };
    const outside = { env: {}, clock: systemClock, signal: new AbortController().signal };
    const { setup, problems } = await gather(look, outside);
    const tried: string[] = [];
    const { findings, refused } = await verified({ examination: examine(setup, rules), problems }, setup, async (texts) => {
      tried.push(...texts.values());
      const again = await gather(look, { ...outside, texts });
      return { examination: examine(again.setup, rules), problems: again.problems };
    });
    const kept = findings.filter(({ edits }) => (edits ?? []).length > 0);
    return { kept: kept.map(({ rule }) => rule.id), refused: refused.map(({ rule }) => rule.id), tried };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A rule that finds lines with a word and offers edits for them. */
function wordRule(id: string, severity: Severity, word: string, edits: (line: number) => readonly Edit[]): Rule {
  return {
    id,
    severity,
    needs: ['litellm'],
    title: '',
    check: (setup) =>
      [1, 2, 3, 4].flatMap((number) =>
        setup.line('config.yaml', number)?.includes(word) === true
          ? [{ place: { source: 'config.yaml', line: number }, message: word, consequence: '', fix: '', edits: edits(number) }]
          : [],
      ),
  };
}

const write =
  (...lines: string[]) =>
  (number: number): Edit[] => [{ file: 'config.yaml', from: number, to: number, lines }];

describe('a fix', () => {
  it('that mends its finding is offered', async () => {
    expect(await outcome({ 'config.yaml': 'a: bad\n' }, [wordRule('one', 'high', 'bad', write('a: good'))])).toEqual({
      kept: ['one'],
      refused: [],
      tried: ['a: good\n'],
    });
  });

  it.each([
    ['mixed line ends', 'b: 1\na: bad\r\nc: 1\r\n', 'b: 1\na: good\r\nc: 1\r\n'],
    ['a byte order mark', '\ufeffb: 1\r\na: bad\r\n', 'b: 1\r\na: good\r\n'],
    ['a last line without an end', 'b: 1\r\na: bad', 'b: 1\r\na: good'],
  ])('is tried on a file with %s as it is', async (_, before, after) => {
    const rules = [wordRule('one', 'high', 'bad', write('a: good'))];
    expect(await outcome({ 'config.yaml': before }, rules)).toEqual({ kept: ['one'], refused: [], tried: [after] });
  });

  it.each([
    ['does not take its finding away', write('a: bad again'), 'low'],
    ['brings something as bad', write('a: worse'), 'high'],
    ['brings something worse', write('a: worse'), 'critical'],
    ['leaves a file that cannot be used', write('a: [worst'), 'low'],
    ['leaves a file without content', () => [{ file: 'config.yaml', from: 1, to: 1, lines: [] }], 'low'],
  ] as const)('that %s is not', async (_, edits, severity) => {
    const rules = [wordRule('one', 'high', 'bad', edits), wordRule('two', severity, 'worse', () => [])];
    expect(await outcome({ 'config.yaml': 'a: bad\n' }, rules)).toMatchObject({ kept: [], refused: ['one'] });
  });

  it('that brings something less bad is offered', async () => {
    const rules = [wordRule('one', 'high', 'bad', write('a: meh')), wordRule('two', 'medium', 'meh', () => [])];
    expect(await outcome({ 'config.yaml': 'a: bad\n' }, rules)).toMatchObject({ kept: ['one'], refused: [] });
  });

  it('that breaks what another has mended is not', async () => {
    const together: Rule = {
      id: 'both',
      severity: 'high',
      needs: ['litellm'],
      title: '',
      check: ({ line }) =>
        line('config.yaml', 1) === 'a: 1' && line('config.yaml', 2) === 'b: 1'
          ? [{ place: { source: 'config.yaml', line: 1 }, message: 'both', consequence: '', fix: '' }]
          : [],
    };
    const rules = [wordRule('one', 'high', 'bad', write('a: 1')), wordRule('two', 'high', 'wrong', write('b: 1')), together];
    expect(await outcome({ 'config.yaml': 'a: bad\nb: wrong\n' }, rules)).toMatchObject({ kept: ['one'], refused: ['two'] });
  });
});

describe('a fix that another one opens the way for', () => {
  /** A password that is to move into a variable, which only works once the url that hides it is gone. */
  const both: Rule = {
    ...wordRule('hidden', 'critical', 'none', () => []),
    check: ({ line }) =>
      line('config.yaml', 1) === 'a: moved' && line('config.yaml', 2) === 'b: url'
        ? [{ place: { source: 'config.yaml', line: 1 }, message: 'hidden', consequence: '', fix: '' }]
        : [],
  };
  const files = { 'config.yaml': 'a: bad\nb: url\n' };

  it('is tried again after that one, whatever the order', async () => {
    const rules = [wordRule('first', 'critical', 'bad', write('a: moved')), wordRule('second', 'high', 'url', write('b: plain')), both];
    expect(await outcome(files, rules)).toMatchObject({ kept: ['first', 'second'], refused: [] });
  });

  it('is refused where that one is not there', async () => {
    const rules = [wordRule('first', 'critical', 'bad', write('a: moved')), wordRule('second', 'high', 'url', () => []), both];
    expect(await outcome(files, rules)).toMatchObject({ kept: [], refused: ['first'] });
  });

  it('is not refused where its finding is gone with the others', async () => {
    const rules = [wordRule('first', 'critical', 'bad', write('a: good')), wordRule('second', 'high', 'bad', write('a: bad still'))];
    expect(await outcome(files, rules)).toMatchObject({ kept: ['first'], refused: [] });
  });
});

describe('the fixes of the rules', () => {
  const params = (...lines: string[]) => ({
    'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n${lines.map((line) => `    ${line}\n`).join('')}`,
  });

  it('never write a type beside a key that LiteLLM then refuses', async () => {
    const { kept, tried } = await outcome({ ...params('redis_url: redis://redis:6379', 'ttl: 3600'), '.env': 'A=1\n' }, RULES, '1.104.2');
    expect(kept).toContain('cache-type-missing');
    expect(tried[0]).toBe(
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    url: redis://redis:6379\n    ttl: 3600\n',
    );
  });

  it('do not switch to a Redis that cannot be made', async () => {
    const { refused } = await outcome({ ...params('ttl: 3600'), '.env': 'A=1\n' }, RULES, '1.104.2');
    expect(refused).toContain('cache-type-missing');
  });

  it('do not take a url away that holds the only password', async () => {
    const files = {
      ...params('type: redis', 'host: redis', 'port: 6379', 'ttl: 3600'),
      '.env': 'REDIS_URL=redis://redis:6379\nREDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5s\n',
    };
    const { kept } = await outcome(files, RULES, '1.80.9');
    expect(kept).toContain('redis-url-without-password');
  });
});

describe('the work of trying fixes', () => {
  /** How often the findings of a file with so many bad lines are looked at, and how often the file is examined again. */
  async function work(findings: number, mended: (line: number) => boolean) {
    const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
    const text = Array.from({ length: findings }, (_, index) => `key${index + 1}: bad\n`).join('');
    const rule: Rule = {
      id: 'one',
      severity: 'high',
      needs: ['litellm'],
      title: '',
      check: (setup) =>
        Array.from({ length: findings }, (_, index) => index + 1).flatMap((line) => {
          if (setup.line('config.yaml', line)?.includes('bad') !== true) return [];
          const edits = mended(line) ? write(`key${line}: good`)(line) : [];
          return [{ place: { source: 'config.yaml', line }, message: `bad ${line}`, consequence: '', fix: '', edits }];
        }),
    };
    try {
      await writeFile(join(directory, 'config.yaml'), text, { mode: 0o600 });
      const look = {
        litellmConfig: 'config.yaml',
        envFiles: [],
        compose: [],
        kubernetes: [],
        processEnvironment: false,
        live: false,
        directory,
      };
      const outside = { env: {}, clock: systemClock, signal: new AbortController().signal };
      let looks = 0;
      let tries = 0;
      const counted = (examination: Examination): Examination => ({
        ...examination,
        findings: examination.findings.map(
          (finding) =>
            new Proxy(finding, {
              get(target, name, receiver) {
                looks += 1;
                return Reflect.get(target, name, receiver);
              },
            }),
        ),
      });
      const { setup, problems } = await gather(look, outside);
      const before = { examination: counted(examine(setup, [rule])), problems };
      await verified(before, setup, async (texts) => {
        tries += 1;
        const again = await gather(look, { ...outside, texts });
        return { examination: counted(examine(again.setup, [rule])), problems: again.problems };
      });
      return { looks, tries };
    } finally {
      await rm(directory, { recursive: true });
    }
  }

  it.each([
    ['a few have a fix', (line: number) => line % 15 === 0 && line <= 60],
    ['all have one', () => true],
  ])('grows with the findings of a file, not with their square, where %s', async (_, mended) => {
    const [some, more] = [await work(100, mended), await work(400, mended)];
    expect(more.tries).toBe(some.tries);
    expect(more.tries).toBeGreaterThanOrEqual(4);
    // Four times as many take four times the work, and somewhat more because those that are mended are gone; their square would take 16.
    expect(more.looks / some.looks).toBeLessThan(7);
  });
});
