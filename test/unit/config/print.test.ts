import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { difference } from '../../../src/config/diff.ts';
import type { Config } from '../../../src/config/effective.ts';
import { inputSchema, type JsonSchema } from '../../../src/config/json-schema.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { printConfig } from '../../../src/config/print.ts';
import { problemText } from '../../../src/source/problem.ts';
import { Secret } from '../../../src/source/secret.ts';

const GOOD = join(import.meta.dirname, '../../fixtures/config/good');
const ENV = { GATEWAY_HOST: 'litellm', API_KEY: 'sk-1', BUDGET: '2.5', LIFECYCLE: 'true', INTERVAL: '30s' };
const NO_CHANGE = { added: [], removed: [], changed: [] };
const directory = mkdtempSync(join(tmpdir(), 'lce-print-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function load(file: string): Promise<Config> {
  const loaded = await loadConfig({ file, flags: {}, env: ENV });
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return loaded.config;
}

function written(text: string): string {
  const file = join(directory, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

/** The same configuration with every secret that is known as text replaced by what the print shows. */
function hidden<T>(node: T): T;
function hidden(node: unknown): unknown {
  if (node instanceof Secret) return node.file === undefined ? Secret.of('<secret>') : node;
  if (Array.isArray(node)) return node.map((item: unknown) => hidden(item));
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, hidden(value)]));
}

describe('the printed configuration', () => {
  it('gives every duration its unit and every share its percent sign, whatever its key is', async () => {
    const config = await load(join(GOOD, 'full.yaml'));
    const text = new Map<string, unknown>();
    const collect = (node: unknown, schema: JsonSchema | undefined, path: string): void => {
      if (Array.isArray(node)) for (const item of node) collect(item, schema?.items, `${path}[]`);
      else if (node !== null && typeof node === 'object')
        for (const [key, value] of Object.entries(node)) collect(value, schema?.properties?.[key], path === '' ? key : `${path}.${key}`);
      else if (schema?.kind === 'duration' || schema?.kind === 'percentage') text.set(path, node);
    };
    collect(parse(printConfig(config)), inputSchema(), '');
    expect([...text].filter(([, value]) => typeof value !== 'string' || !/^\d+(\.\d+)?(ms|s|m|h|%)$/.test(value))).toEqual([]);
    expect([...text.keys()]).toEqual(
      expect.arrayContaining([
        'redis[].interval',
        'redis[].timeout',
        'gateways[].ttl',
        'gateways[].expect.ttl',
        'gateways[].overhead',
        'metrics.otlp.interval',
      ]),
    );
  });

  it('shows every default, durations as people write them, and no secret', async () => {
    expect(
      printConfig(await load(join(GOOD, 'urls.yaml')))
        .split('\n')
        .slice(0, 11),
    ).toEqual([
      'redis:',
      '  - name: a',
      '    url: redis://cache:6379/0',
      '    username: exporter',
      '    password: <secret>',
      '    interval: 15s',
      '    timeout: 2s',
      '    canaries: []',
      '    max_series: 5000',
      '  - name: b',
      '    url: redis://cache:6379/',
    ]);
  });

  it('names the file of a secret', async () => {
    expect(printConfig(await load(join(GOOD, 'full.yaml')))).toContain(`password_file: ${join(GOOD, 'secret')}\n`);
  });

  it.each(['minimal', 'full', 'blank-values', 'urls', 'short-intervals', 'anchors', 'named'])('%s loads again as it was', async (name) => {
    const before = await load(join(GOOD, `${name}.yaml`));
    const after = await load(written(printConfig(before)));
    const { targets, gateways } = difference(hidden(before), after);
    expect([targets, gateways]).toEqual([NO_CHANGE, NO_CHANGE]);
    expect({ ...after, redis: [], gateways: [] }).toEqual({ ...before, redis: [], gateways: [] });
  });
});

const secretText = fc.stringMatching(/^[!-~]{6,20}$/).map((text) => `S3CR3T${text}`);
/** What people do wrong around their secrets. */
const mistakes = fc.record(
  {
    interval: fc.constantFrom('15s', '15', 'soon', 3),
    intervall: fc.constant('1s'),
    username: fc.constantFrom('exporter', 7),
    tls: fc.constantFrom({ insecure_skip_verify: true }, 'yes'),
  },
  { requiredKeys: [] },
);

describe('no secret', () => {
  it('appears in what is printed, or in any problem', async () => {
    const configs = fc.record({ secrets: fc.tuple(secretText, secretText, secretText, secretText), mistakes, escaped: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(configs, async ({ secrets, mistakes: wrong, escaped }) => {
        const [inUrl, password, canary, key] = secrets;
        const tree = {
          redis: [
            { name: 'url', url: `redis://:${escaped ? encodeURIComponent(inUrl) : inUrl}@cache:6379`, ...wrong },
            { name: 'key', url: 'redis://cache', password, canaries: [{ name: 'litellm', password: canary }], ...wrong },
          ],
          gateways: [{ name: 'g', url: 'http://g', api_key: key, model: 'm', price_per_pair_usd: 0 }],
        };
        const loaded = await loadConfig({ file: written(stringify(tree)), flags: {}, env: {} });
        const shown = loaded.ok ? printConfig(loaded.config) + JSON.stringify(loaded.config) : loaded.problems.map(problemText).join('\n');
        expect(shown).not.toContain('S3CR3T');
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  it('appears when the text around it is broken', async () => {
    const broken = fc.record({
      secret: secretText,
      position: fc.nat(),
      insert: fc.constantFrom('\t', '"', "'", '[', '{', ': ', '@', '&', '*', '!', '%', '---\n', '\n'),
    });
    await fc.assert(
      fc.asyncProperty(broken, async ({ secret, position, insert }) => {
        const text = `redis:\n  - name: cache\n    url: redis://cache\n    password: "${secret.replaceAll(/["\\$]/g, 'x')}"\n`;
        const at = position % text.length;
        const loaded = await loadConfig({ file: written(text.slice(0, at) + insert + text.slice(at)), flags: {}, env: {} });
        if (!loaded.ok) expect(loaded.problems.map(problemText).join('\n')).not.toContain('S3CR3T');
      }),
      { numRuns: 170 },
    );
  }, 120_000);
});
