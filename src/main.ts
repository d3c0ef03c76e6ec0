#!/usr/bin/env -S node --
// Without the two dashes Node itself reads the files of --env-file, and obeys NODE_OPTIONS in them, before any of this runs.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { describeError } from './cli/describe-error.ts';
import { EXIT } from './cli/io.ts';
import { createOutput } from './cli/output.ts';
import { runCommand } from './cli/program.ts';

const NEEDS = [22, 18] as const;

const output = createOutput(process.stdout);
const errors = createOutput(process.stderr);

/** The release, from the package.json that is beside `src` and beside `dist`. */
function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}

async function main(): Promise<number> {
  // V8 would rather grow its young generation than collect it: a quarter of the memory of a daemon that allocates little and lives long.
  setFlagsFromString('--optimize-for-size');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < NEEDS[0] || (major === NEEDS[0] && minor < NEEDS[1])) {
    errors.write(`litellm-cache-exporter needs Node ${NEEDS.join('.')} or newer; this is ${process.versions.node}\n`);
    return EXIT.usage;
  }
  const plain = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
  return runCommand(process.argv.slice(2), version(), {
    env: process.env,
    out: output.write,
    err: errors.write,
    log: { write: output.log, dropped: output.dropped },
    readerGone: output.gone,
    colour: process.stdout.isTTY === true && !plain,
    terminal: process.stdout.isTTY === true,
    progress: process.stderr.isTTY === true,
    on: (signal, handler) => void process.on(signal, handler),
    exitNow: (code) => process.exit(code),
  });
}

/** The exit code of an error that ended a command, after a sentence about it. */
function told(error: unknown): number {
  const { code, sentence } = describeError(error, process.env);
  errors.write(`${sentence}\n`);
  return code;
}

/** Ends the process once what it wrote has gone out. */
async function end(code: number): Promise<void> {
  const unwritten = await output.flush();
  // A report that nobody got is no result, whatever stood in it.
  if (unwritten !== undefined) errors.write(`cannot write to standard output: ${unwritten}\n`);
  await Promise.race([errors.flush(), new Promise((resolve) => setTimeout(resolve, 500))]);
  process.exit(unwritten === undefined ? code : EXIT.internal);
}

// The boundary of everything that nothing else catches: it is told once, and the process ends so that it is started again.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, (error: unknown) => void end(told(error)));

main().then(end, (error: unknown) => end(told(error)));
