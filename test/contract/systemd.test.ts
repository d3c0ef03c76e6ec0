import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { onPath } from '../../dev/on-path.ts';
import { lacks } from '../support/lacks.ts';

const run = promisify(execFile);
const unit = await readFile(join(import.meta.dirname, '../../deploy/systemd/litellm-cache-exporter.service'), 'utf8');

const noSystemd = await lacks(() => onPath('systemd-analyze', 'systemd'));

describe('the systemd unit', () => {
  it('leaves out the one restriction under which V8 ends at once', () => {
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute/m);
  });

  it('knows how the exporter ends: not again after a wrong configuration, and with time to finish', () => {
    expect(unit).toMatch(/^Restart=on-failure$/m);
    expect(unit).toMatch(/^RestartPreventExitStatus=2$/m);
    expect(unit).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
    expect(unit).toMatch(/^TimeoutStopSec=20s$/m);
  });

  describe.skipIf(noSystemd)('before systemd', () => {
    it('has no mistake, and an exposure below 2 of 10', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'lce-unit-'));
      const file = join(folder, 'litellm-cache-exporter.service');
      // The program is not installed on every machine that runs this.
      await writeFile(file, unit.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
      const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', file]);
      expect(stdout + stderr).toBe('');
      const security = await run('systemd-analyze', ['security', '--offline=true', file]);
      await rm(folder, { recursive: true });
      expect(Number(/exposure level for \S+: ([\d.]+)/.exec(security.stdout)?.[1])).toBeLessThan(2);
    });
  });
});
