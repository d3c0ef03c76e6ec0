import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gather } from '../../../src/doctor/gather.ts';
import { systemClock } from '../../../src/schedule/clock.ts';
import { problemText } from '../../../src/source/problem.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'doctor-interrupted-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a doctor that is interrupted while it asks what runs', () => {
  it('says that there was no answer, and not that it is broken itself', async () => {
    writeFileSync(
      join(directory, 'compose.yaml'),
      'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:main-v1.106.0\n    ports: ["127.0.0.1:1:4000"]\n',
    );
    writeFileSync(
      join(directory, 'config.yaml'),
      'litellm_settings: {cache: true, cache_params: {type: redis, host: 127.0.0.1, port: 1}}\n',
    );
    const options = { litellmConfig: 'config.yaml', envFiles: [], compose: ['compose.yaml'], kubernetes: [] };
    const { failed, notes } = await gather(
      { ...options, processEnvironment: false, live: true, directory },
      { env: {}, clock: systemClock, signal: AbortSignal.abort() },
    );
    expect(failed).toEqual([]);
    expect(notes.map(problemText).join('\n')).toContain('the gateway at http://127.0.0.1:1 gave no answer (interrupted)');
  });
});
