import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProcess } from '../../../dev/process.ts';
import { isAlive } from '../../support/alive.ts';
import { eventually } from '../../support/eventually.ts';

const options = { cwd: '/', env: { PATH: process.env.PATH ?? '' } };

describe('startProcess', () => {
  it('keeps what the program writes and says how it ended', async () => {
    const child = startProcess('sh', ['-c', 'echo out; echo err >&2; exit 3'], options);
    expect(await child.ended).toBe('exited with status 3');
    expect(child.log().split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('says that a program could not be started', async () => {
    const child = startProcess('/nonexistent/program', [], options);
    expect(await child.ended).toBe('could not start: spawn /nonexistent/program ENOENT');
    expect(child.running()).toBe(false);
  });

  it('ends what the program itself has started', async () => {
    const child = startProcess('sh', ['-c', 'sleep 300 & echo $!; wait'], options);
    const grandchild = await eventually(() => Number(child.log()) || undefined);
    await child.stop();
    await eventually(() => !isAlive(grandchild));
  });

  it('ends what a program has left behind when it ends by itself', async () => {
    const child = startProcess('sh', ['-c', 'sleep 300 & echo $!'], options);
    expect(await child.ended).toBe('exited with status 0');
    await eventually(() => !isAlive(Number(child.log())));
  });

  it('ends with SIGKILL what ignores SIGTERM', async () => {
    const child = startProcess('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], options);
    await eventually(() => child.log() === 'ready\n');
    await child.stop(50);
    expect(await child.ended).toBe('was ended by SIGKILL');
  });

  it('leaves no orphan when the process that started it is killed', async () => {
    const module = join(import.meta.dirname, '../../../dev/process.ts');
    const script = `import { startProcess } from ${JSON.stringify(module)};
      const child = startProcess('sh', ['-c', 'sleep 300 & wait'], { cwd: '/', env: process.env });
      console.log(child.pid);`;
    const parent = startProcess(process.execPath, ['--input-type=module', '-e', script], options);
    const orphan = await eventually(() => Number(parent.log()) || undefined);
    expect(isAlive(orphan)).toBe(true);
    process.kill(parent.pid, 'SIGKILL');
    await eventually(() => !isAlive(orphan));
  });
});
