/**
 * `npm run fidelity`: tries every shape of answers on real gateways of several releases, behind which the exporter is the
 * provider, and writes docs/fidelity.md. Exits 0 when each shape showed the same in every round, 1 when one did not.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GATEWAY_RELEASE, type GatewayRelease, NEWEST_RELEASE } from '../../dev/gateway.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { type FidelityTable, fidelityMarkdown, readFidelity } from '../../scripts/fidelity-page.ts';
import { tryRelease } from './release.ts';

const HELP = `npm run fidelity [-- OPTIONS]

  Tries what the cache of real gateways does to each shape of answers, and writes docs/fidelity.md; npm run gen takes its
  worst lines into the README. Takes about a minute a release and round.
  Exit 0: each shape showed the same in every round; 1: one did not; 2: usage.

  --release RELEASE  only this one, whose column is written anew (may be given several times)
  --rounds NUMBER    how often each shape is tried (3)
  --help             this text
`;

/** The releases of the page: the oldest and the newest that are recorded, and that of `deploy/compose.yaml`. */
const RELEASES: readonly GatewayRelease[] = ['1.80.9', '1.104.2', NEWEST_RELEASE];
const PAGE = join(import.meta.dirname, '../../docs/fidelity.md');
const MAX_ROUNDS = 1_000;

const progress = progressToStderr();

async function main(): Promise<number> {
  const options = {
    release: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean' },
  } as const;
  let releases: readonly GatewayRelease[];
  let rounds: number;
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    releases = values.release?.map(knownRelease) ?? RELEASES;
    rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) throw new TypeError(`--rounds is a number from 1 to ${MAX_ROUNDS}`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}.\n\n${HELP}`);
    return 2;
  }
  let table: FidelityTable = releases === RELEASES || !existsSync(PAGE) ? {} : readFidelity(await readFile(PAGE, 'utf8'));
  let isSteady = true;
  for (const release of releases) {
    const { shapes, varying } = await tryRelease(release, rounds, progress);
    table = { ...table, [release]: shapes };
    for (const { shape, results } of varying) process.stdout.write(`${release}, ${shape}: ${results.join(', ')} in ${rounds} rounds\n`);
    isSteady &&= varying.length === 0;
  }
  await writeFile(PAGE, fidelityMarkdown(table));
  progress('docs/fidelity.md is written; npm run gen takes its worst lines into the README');
  return isSteady ? 0 : 1;
}

function knownRelease(text: string): GatewayRelease {
  const known = GATEWAY_RELEASE.find((release) => release === text);
  if (known === undefined) throw new TypeError(`--release is one of ${GATEWAY_RELEASE.join(', ')}`);
  return known;
}

process.exitCode = await main();
