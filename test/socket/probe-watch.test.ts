import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../dev/process.ts';
import { runCommand } from '../../src/cli/program.ts';
import { eventually } from '../support/eventually.ts';

const folders: string[] = [];

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Runs `probe --watch` on a Redis that is not there until it has reported twice, then interrupts it; gives what it wrote at each report. */
async function watched(terminal: boolean, ...options: string[]): Promise<{ code: number; reports: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'lce-probe-'));
  folders.push(folder);
  const file = join(folder, 'config.yaml');
  await writeFile(file, `redis: [{ name: gone, url: "redis://127.0.0.1:${await freePort()}", interval: 1s }]\n`);
  const reports: string[] = [];
  let interrupt = () => {};
  const io = {
    env: {},
    out: (text: string) => void reports.push(text),
    err: () => undefined,
    colour: false,
    terminal,
    progress: false,
    on: (signal: string, handler: () => void) => {
      if (signal === 'SIGINT') interrupt = handler;
    },
    exitNow: () => undefined,
  };
  const ended = runCommand(['probe', '--watch', '-c', file, ...options], '1.2.3', io);
  await eventually(() => reports.length >= 2, 30_000);
  interrupt();
  return { code: await ended, reports };
}

const REPORT = /gone {2}DOWN\n/;
const MOMENT = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/;

describe('probe --watch', () => {
  it('draws every report in place on a terminal and says when the next one comes', async () => {
    const { code, reports } = await watched(true);
    expect(code).toBe(1);
    for (const report of reports) {
      expect(report.startsWith('\u001b[H\u001b[2Jgone  DOWN\n')).toBe(true);
      expect(report).toMatch(new RegExp(`\n\n${MOMENT.source}, again in 1 s; Ctrl-C ends\n$`));
    }
  });

  it('writes one report after the other elsewhere, without moving a cursor', async () => {
    const { reports } = await watched(false);
    for (const report of reports) {
      expect(report).toMatch(new RegExp(`^${MOMENT.source}\n\n${REPORT.source}`));
      expect(report).not.toContain('\u001b');
    }
  });

  it('writes a document of JSON each time, also on a terminal', async () => {
    const { reports } = await watched(true, '--json');
    for (const report of reports) expect(JSON.parse(report)).toMatchObject({ targets: [{ name: 'gone', up: false }] });
  });
});
