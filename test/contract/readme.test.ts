import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRules } from '../../scripts/rule-files.ts';
import { metricDocuments } from '../../src/catalogue/markdown.ts';
import { loadConfig } from '../../src/config/load.ts';
import { VERDICT } from '../../src/model/cache.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The fenced blocks of a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
}

describe('the README', () => {
  it('shows a configuration that loads', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'readme-'));
    const [config = ''] = blocks('yaml');
    const secrets = ['redis', 'litellm_redis', 'litellm_key'];
    for (const name of secrets) writeFileSync(join(directory, name), 'x');
    writeFileSync(join(directory, 'config.yaml'), config.replaceAll('/run/secrets/', `${directory}/`));
    expect(await loadConfig({ file: join(directory, 'config.yaml'), flags: {}, env: {} })).toMatchObject({ ok: true });
  });

  it('explains every verdict', () => {
    const explained = [...readme.matchAll(/^\| (`[a-z_`, ]+`) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
    );
    expect(VERDICT.filter((verdict) => !explained.includes(verdict))).toEqual([]);
  });

  it('and every other page name no metric of this program that is not there', () => {
    const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
    const known = new Set([...metricDocuments().map(({ name }) => name), ...readRules(root).recordings.map(({ record }) => record)]);
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
    expect(named.filter((name) => !known.has(name) && name !== 'redis_exporter')).toEqual([]);
  });

  it.each([
    ['what the other signals said', /^States of this page .*$/m],
    ['how often the exporter was right', /^\*\*\d+ runs: .*\*\*$/m],
  ])('quotes from the gauntlet %s', (_, line) => {
    const [quoted = ''] = line.exec(readFileSync(join(root, 'docs/gauntlet.md'), 'utf8')) ?? [];
    expect(quoted).not.toBe('');
    expect(readme).toContain(`> ${quoted}`);
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
