import { writeFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { censusCost } from './census.ts';
import { build } from './exporter.ts';
import { run as exposition } from './exposition.ts';
import { memory } from './memory.ts';
import { originOverhead } from './origin.ts';
import { pageTimes } from './page.ts';
import { redisFigures } from './redis.ts';
import { PAGE, sections } from './sections.ts';
import { manyTargets } from './targets.ts';
import { timingError } from './timing.ts';

/** Minutes that the memory is watched, beside everything else: `npm run bench -- --minutes 60` for the figure per hour. */
const minutes = Number(process.argv[process.argv.indexOf('--minutes') + 1]) || 5;
/** What the other figures take together; they are measured at the end of a longer watch. */
const OTHERS_MINUTES = 6;

interface Row {
  what: string;
  budget: string;
  measured: string;
  met: boolean | undefined;
}

function step(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

function ratio(ours: number, peer: number | undefined): string {
  if (peer === undefined) return 'redis_exporter not given';
  const share = peer / ours;
  const [times, whole] = [
    share < 100 ? share.toFixed(1) : Math.round(share).toLocaleString('en'),
    peer < 100 ? peer.toFixed(2) : Math.round(peer).toLocaleString('en'),
  ];
  return `1/${times} of redis_exporter's ${whole}`;
}

step('compiling');
await build();
step(`memory for ${minutes} minutes, beside the rest`);
const watched = memory(minutes * 60);
await sleep(Math.max(0, minutes - OTHERS_MINUTES) * 60_000);
step('rendering 10,000 series');
const rendered = await exposition();
step('the status page of 50 gateways');
const page = await pageTimes(50, 500);
step('timing against a stub');
const timing = await timingError();
step('the origin beside a bare server');
const origin = await originOverhead();
step('one target: idle, loaded, frozen');
const redis = await redisFigures();
step('census of 1,000,000 keys');
const census = await censusCost();
step('1,000 targets for 80 s');
const targets = await manyTargets();
step('waiting for the memory');
const resident = await watched;

const cost = redis.mainThreadMicroseconds;
const rows: Row[] = [
  {
    what: '`GET /metrics`, one target, idle, p50',
    budget: "1/8 of redis_exporter's",
    measured: `${redis.idle.ours?.p50.toFixed(2)} ms, ${ratio(redis.idle.ours?.p50 ?? 0, redis.idle.peer?.p50)} ms`,
    met: redis.idle.peer && (redis.idle.ours?.p50 ?? 0) <= redis.idle.peer.p50 / 8,
  },
  {
    what: '`GET /metrics`, Redis under load, p50',
    budget: '',
    measured: `${redis.loaded.ours?.p50.toFixed(2)} ms, ${ratio(redis.loaded.ours?.p50 ?? 0, redis.loaded.peer?.p50)} ms`,
    met: undefined,
  },
  {
    what: '`GET /metrics`, Redis frozen, p50',
    budget: 'same as idle',
    measured: `${redis.frozen.ours?.p50.toFixed(2)} ms, ${ratio(redis.frozen.ours?.p50 ?? 0, redis.frozen.peer?.p50)} ms`,
    met: (redis.frozen.ours?.p50 ?? 0) <= 1.25 * (redis.idle.ours?.p50 ?? 0),
  },
  {
    what: 'Redis main-thread time per scrape',
    budget: "1/3 of redis_exporter's",
    measured: `${cost.ours?.toFixed(0)} us, ${ratio(cost.ours ?? 0, cost.peer)} us`,
    met: cost.peer === undefined ? undefined : (cost.ours ?? 0) <= cost.peer / 3,
  },
  {
    what: `census of ${census.keys.toLocaleString('en')} keys, ${census.sample} drawn`,
    budget: '20 ms of Redis main thread',
    measured: `${census.mainThread.toFixed(1)} ms of its processor time, ${census.commands.toFixed(1)} ms in commands, ${census.wall.toFixed(0)} ms in all`,
    met: census.mainThread <= 20,
  },
  {
    what: `rendering ${rendered.series.toLocaleString('en')} series, collect and text`,
    budget: "1/4 of the stock serializer's time",
    measured: `${rendered.ours_ms.toFixed(1)} ms, 1/${(1 / rendered.ratio).toFixed(1)} of ${rendered.stock_ms.toFixed(1)} ms`,
    met: rendered.ratio <= 0.25,
  },
  {
    what: 'status page, 50 gateways with all of their past, p50',
    budget: '5 ms',
    measured: `${page.p50.toFixed(1)} ms (p99 ${page.p99.toFixed(1)} ms), ${Math.round(page.bytes / 1_024)} KiB`,
    met: page.p50 <= 5,
  },
  {
    what: 'a chat answer of the origin without latency, over that of a bare server, p50',
    budget: '1 ms',
    measured: `${origin.own.toFixed(2)} ms (${origin.p50.toFixed(2)} ms in all, p99 ${origin.p99.toFixed(2)} ms)`,
    met: origin.own <= 1,
  },
  {
    what: '1,000 targets at 15 s in one process',
    budget: 'no missed tick, 1 core',
    measured: `${targets.missed} missed, ${targets.failed} failed of ${targets.ticks}, ${targets.cores.toFixed(2)} cores, ${targets.megabytes.toFixed(0)} MB, page in ${targets.page.toFixed(0)} ms`,
    met: targets.missed === 0 && targets.cores <= 1,
  },
  {
    what: `memory, 1 target 1 gateway, after ${resident.seconds / 60} minutes`,
    budget: '120 MB RSS, growth 5 MB an hour',
    measured: `${resident.megabytes.toFixed(0)} MB, ${resident.growthPerHour.toFixed(1)} MB an hour`,
    met: resident.megabytes <= 120 && resident.growthPerHour <= 5,
  },
  {
    what: 'start to first complete `/metrics`',
    budget: '3 s',
    measured: `${(redis.readyAfter / 1_000).toFixed(2)} s`,
    met: redis.readyAfter <= 3_000,
  },
  {
    what: 'timing error against a stub of known delay, p50',
    budget: '0.5 ms',
    measured: `${timing.p50.toFixed(2)} ms (p95 ${timing.p95.toFixed(2)} ms)`,
    met: timing.p50 <= 0.5,
  },
];

const table = rows.map(
  ({ what, budget, measured, met }) => `| ${what} | ${budget} | ${measured} | ${met === undefined ? '' : met ? 'within' : 'missed'} |`,
);
const text = [
  '# Benchmarks',
  '',
  `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown model'} (${arch()}), Node ${process.versions.node}, Redis ${redis.release}. Set \`REDIS_EXPORTER\` to the binary of redis_exporter to have the two measured in one run, in turns.`,
  '',
  '| what | budget | measured | |',
  '|---|---|---|---|',
  ...table,
  '',
  `Pages: ${redis.bytes.ours} bytes ours, ${redis.bytes.peer ?? 'not measured'} bytes redis_exporter's.`,
  '',
].join('\n');
const others = await sections();
await writeFile(PAGE, others === '' ? text : `${text}\n${others}`);
console.log(text);
if (rows.some((row) => row.met === false)) process.exitCode = 1;
