/**
 * `npm run page-latency`: how long it takes from the first client that Redis refuses to the page, at random
 * phase, with intervals of 1 s and of 15 s; writes docs/page-latency.md. Exits 1 when a budget was missed.
 */
import { writeFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { told } from '../../dev/page-receiver.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { eventually } from '../support/eventually.ts';
import { refusals } from '../support/redis-statistics.ts';
import { type Cached, startCached, type Watch, watch } from './stack.ts';
import { alertTimelines } from './timelines.ts';

const HELP = `npm run page-latency [-- OPTIONS]

  --interval 1s|15s   one interval instead of both, printed and not written
  --runs N            runs for each interval (20)
  --incidents         instead: whole incidents, from the fault to the last message; a quarter of an hour, writes
                      docs/alert-timelines.md
  --help              this text
`;

/** `interval` is that of target, scrapes and evaluations, `probes` that of the pairs; the budgets are in seconds. */
const CASES = [
  { interval: '1s', seconds: 1, probes: '1s', p95: 3.5, max: 4.6 },
  { interval: '15s', seconds: 15, probes: '60s', p95: 40, max: 50 },
] as const;
type Case = (typeof CASES)[number];

interface Run {
  seconds: number;
  alert: string;
}

const POLL_MS = 5;
const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const progress = progressToStderr();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      interval: { type: 'string' },
      runs: { type: 'string', default: '20' },
      incidents: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.incidents) {
    const { text, isAsWanted } = await alertTimelines(progress);
    process.stdout.write(text);
    await writeFile(join(DOCS, 'alert-timelines.md'), text);
    return isAsWanted ? 0 : 1;
  }
  const count = Number(values.runs);
  const wanted = CASES.filter(({ interval }) => values.interval === undefined || values.interval === interval);
  if (values.help || wanted.length === 0 || !(Number.isInteger(count) && count > 0)) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const cached = await startCached(progress);
  const rows: string[] = [];
  const details: string[] = [];
  let met = true;
  try {
    for (const each of wanted) {
      const runs: Run[] = [];
      for (let number = 1; number <= count; number += 1) {
        const run = await measure(cached, each);
        runs.push(run);
        progress(`interval ${each.interval}, ${number} of ${count}: ${run.alert} after ${run.seconds.toFixed(2)} s`);
      }
      const sorted = runs.map(({ seconds }) => seconds).sort((a, b) => a - b);
      const [p50, p95, max] = [nearestRank(sorted, 0.5), nearestRank(sorted, 0.95), nearestRank(sorted, 1)];
      const isMet = p95 <= each.p95 && max <= each.max;
      met &&= isMet;
      const cells = [each.interval, count, ...[p50, p95, max].map((value) => `${value.toFixed(2)} s`)];
      rows.push(`| ${cells.join(' | ')} | p95 ${each.p95} s, max ${each.max} s | ${isMet ? 'within' : 'missed'} |`);
      details.push(`- ${each.interval}: ${runs.map(({ seconds }) => seconds.toFixed(2)).join(', ')}`);
      details.push(`- told first at ${each.interval}: ${firstAlerts(runs)}`);
    }
  } finally {
    await cached.stop();
  }
  const text = page(rows, details);
  process.stdout.write(text);
  if (values.interval === undefined) await writeFile(join(DOCS, 'page-latency.md'), text);
  return met ? 0 : 1;
}

/** One rotation at a random moment, with an exporter, a Prometheus and an Alertmanager that know of nothing before it. */
async function measure(cached: Cached, { interval, seconds, probes }: Case): Promise<Run> {
  const started = await watch(cached, { interval, probes });
  try {
    await settled(started, seconds);
    await sleep(Math.random() * seconds * 1_000);
    const before = await refused(cached);
    await cached.rotate();
    const asked = cached.ask(`after the rotation ${Math.random()}`);
    while ((await refused(cached)) === before) await sleep(POLL_MS);
    const start = performance.now();
    const first = await eventually(() => told(started.pages, ['auth'])[0], (4 * seconds + 30) * 1_000);
    await asked;
    return { seconds: (first.at - start) / 1_000, alert: first.labels.alertname ?? '' };
  } finally {
    await cached.restore();
    await started.stop();
  }
}

/** Waits until the cache works, nothing but the watchdog fires, and Prometheus has seen the counters twice. */
async function settled({ exporter, prometheus }: Watch, seconds: number): Promise<void> {
  const within = (6 * seconds + 60) * 1_000;
  await eventually(async () => /^llm_cache_verdict\{[^}]*verdict="working"[^}]*\} 1$/m.test(await exporter.metrics()), within);
  const ready = 'min(count_over_time(redis_auth_rejections_total[10m])) > 1 unless on() ALERTS{alertname!="Watchdog",severity="page"}';
  await eventually(async () => {
    const { result } = Object(await prometheus.api('query', { query: ready }));
    return Array.isArray(result) && result.length > 0;
  }, within);
}

/** How many clients the server has refused, by its own count; asking adds nothing to it. */
async function refused({ redis }: Cached): Promise<number> {
  const { WRONGPASS, NOAUTH } = await refusals(redis);
  return WRONGPASS + NOAUTH;
}

/** The smallest value that the share `q` of the sorted values does not exceed. */
function nearestRank(sorted: readonly number[], q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
}

function firstAlerts(runs: readonly Run[]): string {
  const names = [...new Set(runs.map(({ alert }) => alert))];
  return names.map((name) => `${name} ${runs.filter(({ alert }) => alert === name).length} times`).join(', ');
}

function page(rows: readonly string[], details: readonly string[]): string {
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown model'} (${arch()}), Node ${process.versions.node}`;
  return [
    '# How long a page takes',
    '',
    `Written by \`npm run page-latency\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    '',
    'The password of the gateway is changed in Redis and its connections are dropped, at a random moment. The clock starts when Redis first counts a refusal (WRONGPASS or NOAUTH in `INFO errorstats`, asked every 5 ms on a connection that is never refused) and stops when the webhook has the notification of the receiver `auth`. Real parts throughout: Redis, LiteLLM, the exporter, Prometheus, Alertmanager, with the shipped rules and routing (`group_wait: 0s` for refused passwords). The interval is that of the exporter for the target, of the scrapes and of the evaluations; pairs run every second, at 15 s every 60 s. Every run has a new exporter, Prometheus and Alertmanager, so that their phases are random as well.',
    '',
    '| interval | runs | p50 | p95 | max | budget | |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    'A refusal waits for the next tick of the exporter, that for the next scrape and that for the next evaluation: each is at most one interval away, so a page takes one and a half intervals on average and three at worst, and a few hundred milliseconds for the ways between.',
    '',
    'Percentiles are by nearest rank. Every run, in seconds:',
    '',
    ...details,
    '',
  ].join('\n');
}

process.exitCode = await main();
