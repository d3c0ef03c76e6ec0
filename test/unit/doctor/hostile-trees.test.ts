import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { doctor } from '../../../src/cli/doctor.ts';
import type { Io } from '../../../src/cli/io.ts';
import type { DoctorOptions } from '../../../src/doctor/options.ts';

const CONFIG =
  'model_list: []\nlitellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis, ttl: 60, max_connections: 9 }\n';
const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

/** A folder with a good configuration, which is made hostile. */
async function report(make: (folder: string) => void, more: Partial<DoctorOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-tree-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'config.yaml'), CONFIG);
  make(directory);
  let out = '';
  const print = (text: string) => {
    out += text;
  };
  const io: Io = { env: {}, out: print, err: print, colour: false, terminal: false, progress: false, on: () => {}, exitNow: () => {} };
  const look = { envFiles: [], compose: [], kubernetes: [], processEnvironment: false, live: false, directory, ...more };
  const code = await doctor({ look, format: 'text', failOn: 'high', diff: false, showSecrets: false }, '0.0.0', io);
  return { code, out };
}

const write = (folder: string, name: string, text: string | Buffer) => writeFileSync(join(folder, name), text);

describe('a hostile tree is read to its end', () => {
  it('with folders that lead back to themselves', async () => {
    const tree = (folder: string) => {
      mkdirSync(join(folder, 'k/a/b'), { recursive: true });
      for (const [link, target] of [
        ['k/a/b/up', '../..'],
        ['k/a/same', '.'],
        ['k/a/b/whole', '../../..'],
        ['k/loop', 'loop'],
      ] as const)
        symlinkSync(target, join(folder, link));
      write(folder, 'k/a/b/object.yaml', OBJECT);
    };
    expect((await report(tree, { litellmConfig: 'config.yaml', kubernetes: ['k'] })).out).toContain('k/a/b/object.yaml');
  });

  it('with more manifests than are read, which is told', async () => {
    const tree = (folder: string) => {
      mkdirSync(join(folder, 'k'));
      for (let index = 0; index < 2_050; index++) write(folder, `k/${index}.yaml`, 'kind: ConfigMap\n');
    };
    const { code, out } = await report(tree, { litellmConfig: 'config.yaml', kubernetes: ['k'] });
    expect(code).toBe(1);
    expect(out.replace(/\s+/g, ' ')).toContain('k holds 2050 files of manifests or more; only the first 2000 were read');
    expect(out).toContain('more files');
  });

  it('with more files that could start LiteLLM than are looked at, which is told', async () => {
    const tree = (folder: string) => {
      for (let index = 0; index < 250; index++) write(folder, `${index}.sh`, 'echo litellm\n');
    };
    const { code, out } = await report(tree);
    expect({ code, out: out.replace(/\s+/g, ' ') }).toEqual({
      code: 0,
      out: expect.stringContaining('there are 250 files that could start LiteLLM'),
    });
  });

  it.each([
    ['UTF-16 with a mark', Buffer.from('\ufeffREDIS_HOST=other\n', 'utf16le'), '.env is not UTF-8 text'],
    ['UTF-16 without one', Buffer.from('REDIS_HOST=other\n', 'utf16le'), '.env holds NUL bytes'],
    ['NUL bytes', 'REDIS_HOST=o\0ther\n', '.env holds NUL bytes'],
    ['no text', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), '.env is not UTF-8 text'],
  ])('with a file of %s, which is told', async (_, content, told) => {
    const { code, out } = await report((folder) => write(folder, '.env', content));
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining(told) });
  });

  it('with a pipe among what could start LiteLLM, which is told', async () => {
    const { code, out } = await report((folder) => execFileSync('mkfifo', [join(folder, 'start.sh'), join(folder, 'main.tf')]));
    expect({ code, out: out.replace(/\s+/g, ' ') }).toEqual({
      code: 0,
      out: expect.stringContaining('start.sh is a pipe, not a regular file: whether'),
    });
  });

  it('with names that would write into the terminal', async () => {
    const { out } = await report((folder) => {
      write(folder, 'a\n\u001b]0;title\u0007\u202e.sh', 'litellm --config nowhere.yaml\n');
      write(folder, 'b\r\n\u001b[31m.tf', 'litellm');
    });
    expect(out).toContain('title');
    expect(out.match(/[^\P{C}\n]/gu)).toBeNull();
    expect(out.split('\n').filter((line) => /^(?:]0;title|\[31m|\\u001b)/.test(line))).toEqual([]);
  });

  it('where a unit works in the root of the machine, whose files are not counted', async () => {
    const unit = '[Service]\nWorkingDirectory=/\nExecStart=/usr/bin/litellm --config /etc/nowhere.yaml\n';
    expect((await report((folder) => write(folder, 'litellm.service', unit))).out).toContain('litellm.service');
  });

  it.each([
    ['quotes that end nowhere', `Environment="${'\\"'.repeat(400_000)}`],
    ['lines that go on and on', `Environment=A=1 ${'\\\n'.repeat(400_000)}`],
  ])('with a unit of systemd with %s', async (_, line) => {
    const unit = `[Service]\nExecStart=/usr/bin/litellm\n${line}\n`;
    expect((await report((folder) => write(folder, 'litellm.service', unit))).out).toContain('litellm.service');
  });
});
