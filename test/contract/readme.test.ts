import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readmeMarkdown } from '../../scripts/readme-figures.ts';
import { readRules } from '../../scripts/rule-files.ts';
import { metricDocuments } from '../../src/catalogue/markdown.ts';
import { loadConfig } from '../../src/config/load.ts';
import { CAUSE, VERDICT } from '../../src/model/cache.ts';
import { blocks } from '../support/documentation.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const firstSteps = readFileSync(join(root, 'docs/first-steps.md'), 'utf8');
const MEASURED = {
  gauntlet: readFileSync(join(root, 'docs/gauntlet.md'), 'utf8'),
  benchmarks: readFileSync(join(root, 'docs/benchmarks.md'), 'utf8'),
  pageLatency: readFileSync(join(root, 'docs/page-latency.md'), 'utf8'),
};

describe('the first steps', () => {
  it('show a configuration that loads', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'first-steps-'));
    const [config = ''] = blocks(firstSteps, 'yaml');
    const secrets = ['redis', 'litellm_redis', 'litellm_key', 'origin'];
    for (const name of secrets) writeFileSync(join(directory, name), 'x');
    writeFileSync(join(directory, 'config.yaml'), config.replaceAll('/run/secrets/', `${directory}/`));
    expect(await loadConfig({ file: join(directory, 'config.yaml'), flags: {}, env: {} })).toMatchObject({ ok: true });
  });

  it('explain every verdict', () => {
    const explained = [...firstSteps.matchAll(/^\| (`[a-z_`, ]+`) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
    );
    expect(VERDICT.filter((verdict) => !explained.includes(verdict))).toEqual([]);
  });
});

describe('the README', () => {
  it('is short', () => {
    expect(readme.split('\n').length).toBeLessThan(90);
  });

  it('and every other page name no metric of this program that is not there', () => {
    const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
    const recorded = readRules(root).recordings.map(({ record }) => record);
    // The last two are in names of spans and of headers of LiteLLM.
    const known = new Set([...metricDocuments().map(({ name }) => name), ...recorded, 'llm_response', 'llm_provider']);
    const wrong = ['README.md', 'CONTRIBUTING.md', ...docs.map((file) => join('docs', file))].flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/(?<![\w./$:-])(?:llm|cache_exporter)_[a-z0-9_]*[a-z0-9](?![\w-]*[.(/*])/g)]
        .map(([name]) => name)
        .filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|count|sum)$/, '')))
        .map((name) => `${file}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('names no metric that is not there', () => {
    const known = new Set(metricDocuments().map(({ name }) => name));
    const named = [...readme.matchAll(/`((?:llm|redis|cache_exporter)_[a-z_]+)`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !known.has(name) && name !== 'redis_exporter' && !CAUSE.some((cause) => cause === name))).toEqual([]);
  });

  it('says what the measurements wrote, and follows them', () => {
    expect(readmeMarkdown(readme, MEASURED)).toBe(readme);
    const later = {
      gauntlet: '**10 runs: 9 right, 1 late**\n\nStates of this page in which something was wrong: 3. In those, `redis_up` was 1 in 2.\n',
      benchmarks: MEASURED.benchmarks.replace(/(\| Redis main-thread time per scrape \| [^|]* \|)[^|]*\|/, '$1 7 us |'),
      pageLatency: '| 15s | 20 | 1.00 s | 2.00 s | 3.00 s |\n',
    };
    const changed = readmeMarkdown(readme, later);
    for (const part of ['9 of 10 runs', 'in 3 states', '`redis_up` was 1 in 2 |', '| 7 us: ', '1.00 s (median), 2.00 s (95 %)']) {
      expect(changed).toContain(part);
      expect(readme).not.toContain(part);
    }
  });

  it.each(['gauntlet', 'benchmarks', 'pageLatency'] as const)('cannot be made where %s lacks what it shows', (page) => {
    expect(() => readmeMarkdown(readme, { ...MEASURED, [page]: '# nothing\n' })).toThrow(/^docs\/[\w-]+\.md /);
    expect(() => readmeMarkdown('# no place for it\n', MEASURED)).toThrow('the page has no part "figures"');
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !exists(join(root, path)))).toEqual([]);
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EISDIR';
  }
}
