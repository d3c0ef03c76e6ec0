#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runCommand } from './cli/program.ts';

const NEEDS = [22, 18] as const;

/** The release, from the package.json that stands beside `src` and beside `dist`. */
function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}

async function main(): Promise<number> {
  // V8 would rather grow its young generation than collect it: a quarter of the memory of a daemon that allocates little and lives long.
  setFlagsFromString('--optimize-for-size');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < NEEDS[0] || (major === NEEDS[0] && minor < NEEDS[1])) {
    process.stderr.write(`litellm-cache-exporter needs Node ${NEEDS.join('.')} or newer; this is ${process.versions.node}\n`);
    return 2;
  }
  // Whoever reads the output may stop early, as `head` does: that is no error of this program.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const plain = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
  return runCommand(process.argv.slice(2), version(), {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colour: process.stdout.isTTY === true && !plain,
    terminal: process.stdout.isTTY === true,
    progress: process.stderr.isTTY === true,
    on: (signal, handler) => void process.on(signal, handler),
    exitNow: (code) => process.exit(code),
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // What arrives here is either for people (an address in use, a web config file that is wrong) or a mistake in this program.
    const refused = error instanceof Error && error.name === 'WebConfigError';
    const expected = refused || (error instanceof Error && error.name === 'ListenError');
    process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(refused ? 2 : 1);
  },
);
