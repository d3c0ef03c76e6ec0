import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { parseYamlTargets } from '../../../src/discovery/list.ts';
import { merge } from '../../../src/discovery/merge.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/fleet.md'), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'lce-fleet-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The examples of the page by the file that their first line names. */
const EXAMPLES = new Map([...page.matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)].map(([, name = '', text = '']) => [name, text]));

async function configOf(name: string) {
  const file = join(directory, name);
  for (const secret of ['redis', 'litellm']) writeFileSync(join(directory, secret), 'x\n');
  writeFileSync(file, (EXAMPLES.get(name) ?? '').replaceAll('/run/secrets', directory));
  return loadConfig({ file, flags: {}, env: { POD_NAME: 'exporter-0' } });
}

describe('docs/fleet.md', () => {
  it.each(['kubernetes', 'consul', 'dns', 'files'])('has an example of %s that loads', async (name) => {
    expect(await configOf(`discovery-${name}.yaml`)).toMatchObject({ ok: true });
  });

  it('has a list whose entries fit the classes beside it', async () => {
    const list = parseYamlTargets(EXAMPLES.get('gateways-team-a.yaml') ?? '', 'list');
    const loaded = await configOf('discovery-files.yaml');
    const source = loaded.ok ? loaded.config.discovery?.[0] : undefined;
    if (!loaded.ok || source === undefined || 'fault' in list) throw new Error('the example does not load');
    const merged = merge(loaded.config, [{ source, targets: list.targets }]);
    expect(merged.outcomes[0]?.refused).toBe(0);
    expect(merged.config.gateways.map(({ name, url }) => `${name} ${url}`)).toEqual([
      'team-a http://litellm.team-a.internal:4000',
      'team-b https://litellm.team-b.internal',
    ]);
  });
});
