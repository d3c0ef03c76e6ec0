import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MOCK_MODEL } from '../../../src/config/cost.ts';
import { EXAMPLE } from '../../../src/config/example.ts';
import { inputSchema, type JsonSchema } from '../../../src/config/json-schema.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { configurationMarkdown, configurationSchema } from '../../../src/config/markdown.ts';
import { SETTINGS } from '../../../src/config/settings/settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-example-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Every key of a schema with its path. */
function keys(schema: JsonSchema, path = ''): { path: string; key: string; schema: JsonSchema }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [
    { path: `${path}${key}`, key, schema: value },
    ...keys(value.items ?? value, `${path}${key}.`),
  ]);
}

describe('the documentation of the configuration', () => {
  it('has an example that loads once its secrets exist', async () => {
    for (const name of ['redis', 'ca.pem', 'litellm_redis', 'origin', 'web.yml', 'allocator', 'key_research', 'key_sales'])
      writeFileSync(join(directory, name), 'x\n');
    const file = join(directory, 'example.yaml');
    writeFileSync(file, EXAMPLE.replaceAll('/run/secrets', directory));
    const loaded = await loadConfig({ file, flags: {}, env: { SENTINEL_PASSWORD: 'a', LITELLM_API_KEY: 'b' } });
    expect(loaded).toMatchObject({
      ok: true,
      config: { redis: [{ name: 'cache' }, { name: 'sessions' }, { name: 'answers' }], gateways: [{ name: 'litellm' }] },
    });
  });

  it('has a sentence and a row for every key', () => {
    const page = configurationMarkdown();
    for (const { path, key, schema } of keys(inputSchema())) {
      expect(schema.description, path).toMatch(/\.$/);
      expect(page, path).toContain(`| \`${key}\` | `);
    }
    expect(page).toContain('| `timeout` | duration | `2s` | Limit of one scrape; 80 % of the interval where that is shorter than 2 s. |');
    expect(page).not.toMatch(/\| undefined \||\bany \|/);
  });

  it('names every flag and variable, and the mock model', () => {
    const page = configurationMarkdown();
    for (const { variable, flag } of SETTINGS) {
      expect(page).toContain(`\`${variable}\``);
      if (flag) expect(page).toContain(`| \`${flag.name}\` |`);
    }
    expect(page).toContain(MOCK_MODEL);
  });
});

describe('the JSON schema', () => {
  it('knows every key, and no other', () => {
    const schema = configurationSchema();
    expect(Object.keys(schema.properties ?? {})).toEqual([
      'redis',
      'gateways',
      'discovery',
      'classes',
      'lease',
      'http',
      'origin',
      'traces',
      'metrics',
      'log',
    ]);
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, title: 'litellm-cache-exporter' });
    expect(JSON.stringify(schema)).not.toMatch(/"(kind|usual)":"/);
  });

  it('lets a reference stand for a value of any type', () => {
    const interval = configurationSchema().properties?.redis?.items?.properties?.interval;
    expect(interval).toEqual({
      description: 'Time between two scrapes.',
      default: '15s',
      anyOf: [
        { type: 'string', pattern: '^\\d{1,12}(ms|s|m|h)$' },
        { type: 'string', pattern: '\\$\\{(env|file):' },
      ],
    });
  });
});
