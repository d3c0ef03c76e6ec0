import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineAll } from '../../../src/doctor/examination.ts';
import { gather } from '../../../src/doctor/gather.ts';
import type { DoctorOptions } from '../../../src/doctor/options.ts';
import { placeText } from '../../../src/doctor/place.ts';
import { RULES } from '../../../src/doctor/rules/index.ts';
import { systemClock } from '../../../src/schedule/clock.ts';
import type { Case } from '../../support/doctor-setups/case.ts';
import { DEPLOYMENT_SETUPS } from '../../support/doctor-setups/deployments.ts';
import { PLATFORM_SETUPS, SETUPS } from '../../support/doctor-setups/index.ts';

/** What is reported about the files of a case, as `rule: severity: message`, and the names of the instances. */
async function examined({ files, options = {} }: Case): Promise<{ said: string[]; instances: string[]; settings: string[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text, { mode: 0o600 });
    }
    const look: DoctorOptions = {
      envFiles: [],
      compose: [],
      kubernetes: [],
      processEnvironment: false,
      live: false,
      directory,
      ...options,
    };
    const { setups } = await gather(look, { env: {}, clock: systemClock, signal: new AbortController().signal });
    const { findings } = examineAll(setups, RULES);
    return {
      said: findings.map(({ rule, severity, message, place }) => `${rule.id}: ${severity}: ${message} (${placeText(place)})`),
      instances: setups.flatMap(({ gateway }) => gateway?.title ?? []),
      settings: setups.flatMap(({ gateway, resolutions }) =>
        resolutions.cache.settings
          .filter(({ confidential }) => !confidential)
          .map(({ name, value }) => `${gateway?.title ?? 'LiteLLM'} ${name}=${value?.reveal()}`),
      ),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('a realistic setup', () => {
  it.each([...SETUPS, ...PLATFORM_SETUPS, ...DEPLOYMENT_SETUPS])('$name', async (one) => {
    const { said, instances, settings } = await examined(one);
    for (const [rule, severity] of Object.entries(one.found ?? {}))
      expect(said, `${rule} is missed`).toContainEqual(expect.stringMatching(new RegExp(`^${rule}: ${severity}: `)));
    for (const rule of one.not ?? []) expect(said.filter((text) => text.startsWith(`${rule}: `))).toEqual([]);
    if (one.clean) expect(said.filter((text) => /^[\w-]+: (?:critical|high): /.test(text))).toEqual([]);
    if (one.instances) expect(instances).toEqual(one.instances);
    for (const setting of one.settings ?? []) expect(settings).toContain(setting);
    for (const text of one.says ?? []) expect(said).toContainEqual(expect.stringContaining(text));
  });

  it('counts', () => {
    expect(SETUPS.length).toBeGreaterThanOrEqual(40);
    expect(PLATFORM_SETUPS.length).toBeGreaterThanOrEqual(60);
  });
});
