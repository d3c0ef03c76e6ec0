/**
 * `npm run user-latency`: what users of a LiteLLM gateway wait for, without the exporter and beside it, on a
 * standalone Redis and on a Redis Cluster; writes its rows into docs/benchmarks.md. Exits 1 when a budget was missed.
 */
import { arch, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { GatewayRelease } from '../../../dev/gateway.ts';
import { progressToStderr } from '../../../dev/progress.ts';
import { build } from '../exporter.ts';
import { type Beside, KIND, measure } from './measure.ts';
import { usersSection, writeUsersSection } from './section.ts';
import { SLOW_SECONDS } from './traffic.ts';

const HELP = `npm run user-latency [-- OPTIONS]

  --release VERSION   one release of LiteLLM instead of all: 1.80.9, 1.104.2, 1.110.2; the rows of the others stay
  --redis KIND        standalone or cluster instead of both
  --seconds N         length of each phase (60)
  --help              this text
`;

const RELEASES = ['1.80.9', '1.104.2', '1.110.2'] as const satisfies readonly GatewayRelease[];
const HEAD =
  '| LiteLLM | Redis | exporter | longest wait without | with | over 2 s without | with | requests, failed | `/cache/ping` | date | |';
/** The longest wait may be the larger of `SLOW_SECONDS` and so many times the longest without the exporter. */
const TIMES = 1.5;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      release: { type: 'string' },
      redis: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      help: { type: 'boolean' },
    },
  });
  const releases = RELEASES.filter((one) => values.release === undefined || values.release === one);
  const kinds = KIND.filter((one) => values.redis === undefined || values.redis === one);
  const seconds = Number(values.seconds);
  if (values.help || releases.length === 0 || kinds.length === 0 || !(seconds >= 10 && seconds <= 600)) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const progress = progressToStderr();
  await build();
  const results: Beside[] = [];
  for (const release of releases) for (const kind of kinds) results.push(...(await measure(release, kind, seconds, progress)));

  const rows = results.map(rowOf);
  const kept = (await usersSection())
    .split('\n')
    .filter((line) => line.startsWith('| 1.') && !rows.some((row) => startOf(row) === startOf(line)));
  const sorted = [...kept, ...rows].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  await writeUsersSection([
    `Written by \`npm run user-latency\`: ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown model'} (${arch()}), Node ${process.versions.node}. Users send four chats a second, every other one known to the cache, to a gateway with one worker; the exporter starts twice in each phase of ${seconds} s. Wanted: a longest wait of ${SLOW_SECONDS} s or ${TIMES} times that without the exporter, whichever is more, and at most one more request over ${SLOW_SECONDS} s. Where users wait for more than 1 s without the exporter, the machine was busy with something else.`,
    '',
    HEAD,
    `|${'---|'.repeat(11)}`,
    ...sorted,
  ]);
  process.stdout.write(`${[HEAD, ...rows].join('\n')}\n`);
  return results.every(isMet) ? 0 : 1;
}

function rowOf(result: Beside): string {
  const { release, kind, exporter, without, with: beside, pings } = result;
  const date = new Date().toISOString().slice(0, 10);
  const cells = [
    release,
    kind,
    exporter,
    `${without.longest.toFixed(2)} s`,
    `${beside.longest.toFixed(2)} s`,
    without.slow,
    beside.slow,
    `${beside.requests}, ${beside.failed}`,
    pings,
    date,
    isMet(result) ? 'within' : 'missed',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Release, Redis and exporter of a row. */
function startOf(row: string): string {
  return row.split('|').slice(1, 4).join('|');
}

function isMet({ without, with: beside }: Beside): boolean {
  return beside.longest <= Math.max(SLOW_SECONDS, TIMES * without.longest) && beside.slow <= without.slow + 1;
}

process.exitCode = await main();
