/**
 * `npm run soak`: an hour of an ordinary day. Users ask, a monitor knocks at Redis without a password, the
 * cache is full and evicts, connections are dropped, the exporter is reloaded and restarted, counters of Redis
 * are reset. Writes docs/soak.md. Exits 1 when anybody was paged.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { told } from '../../dev/page-receiver.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { knock } from './knock.ts';
import { type Cached, startCached, type Watch, watch } from './stack.ts';

const HELP = `npm run soak [-- OPTIONS]

  --minutes N   how long (60); fewer are printed and not written
  --help        this text
`;
const HOUR = 60;
const INTERVAL = '5s';
const REDIS = ['--maxmemory', '8mb', '--maxmemory-policy', 'allkeys-lru'];
/** Old entries of other users, more than there is room for. */
const FILL = "for i = 1, 20000 do redis.call('SET', 'old:' .. i, string.rep('x', 400), 'EX', 86400) end";
const PROMPTS = 40;
const NEW_SHARE = 0.3;

const progress = progressToStderr();

/** What an ordinary day has, and after which share of the time. */
const EVENTS: readonly { at: number; what: string; run(cached: Cached, watched: Watch): Promise<unknown> | unknown }[] = [
  { at: 0.2, what: 'the configuration is loaded again', run: (_, { exporter }) => process.kill(exporter.pid, 'SIGHUP') },
  { at: 0.35, what: 'the connections of the gateway are dropped', run: ({ redis }) => redis.command('CLIENT', 'KILL', 'USER', 'litellm') },
  { at: 0.5, what: 'the exporter is restarted', run: (_, { exporter }) => exporter.restart() },
  { at: 0.65, what: 'the counters of Redis are reset', run: ({ redis }) => redis.command('CONFIG', 'RESETSTAT') },
  { at: 0.8, what: 'a snapshot is written', run: ({ redis }) => redis.command('BGSAVE') },
];

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: String(HOUR) }, help: { type: 'boolean' } } });
  const minutes = Number(values.minutes);
  if (values.help || !(minutes > 0)) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const cached = await startCached(progress, { redisArguments: REDIS });
  await cached.redis.command('EVAL', FILL, 0);
  const watched = await watch(cached, { interval: INTERVAL });
  try {
    const counts = await live(cached, watched, minutes);
    const paged = told(watched.pages, ['auth', 'page']);
    const text = await page(cached, watched, minutes, counts);
    process.stdout.write(text);
    if (minutes >= HOUR) await writeFile(join(import.meta.dirname, '..', '..', 'docs', 'soak.md'), text);
    return paged.length === 0 && told(watched.pages, ['watchdog']).length > 0 ? 0 : 1;
  } finally {
    await watched.stop();
    await cached.stop();
  }
}

/** Lives through an ordinary day of so many minutes; counts what happened. */
async function live(cached: Cached, watched: Watch, minutes: number): Promise<{ asked: number; knocks: number }> {
  const start = performance.now();
  const share = () => (performance.now() - start) / (minutes * 60_000);
  const counts = { asked: 0, knocks: 0 };
  const ahead = [...EVENTS];
  for (let second = 0; share() < 1; second += 1) {
    const event = ahead[0];
    if (event !== undefined && share() >= event.at) {
      progress(event.what);
      await event.run(cached, watched);
      ahead.shift();
    }
    const isNew = Math.random() < NEW_SHARE;
    await cached.ask(isNew ? `something new ${Math.random()} ${'x'.repeat(2_000)}` : `question ${Math.floor(Math.random() * PROMPTS)}`);
    counts.asked += 1;
    if (second % 10 === 0) {
      await knock(cached.redis.port);
      counts.knocks += 1;
    }
    if (second % 300 === 0)
      progress(`${(share() * minutes).toFixed(0)} of ${minutes} minutes, ${told(watched.pages, ['auth', 'page']).length} pages`);
    await sleep(1_000);
  }
  return counts;
}

async function page(
  cached: Cached,
  { pages, prometheus }: Watch,
  minutes: number,
  counts: { asked: number; knocks: number },
): Promise<string> {
  const evicted: unknown = await prometheus.api('query', { query: `sum(increase(redis_keys_evicted_total[${Math.ceil(minutes)}m]))` });
  const paged = told(pages, ['auth', 'page']);
  const tickets = told(pages, ['ticket']);
  const names = (alerts: typeof paged) =>
    [...new Set(alerts.map(({ labels }) => labels.alertname))].map((name) => `\`${name}\``).join(', ');
  return [
    '# An ordinary day',
    '',
    `Written by \`npm run soak\` on ${new Date().toISOString().slice(0, 10)}: ${minutes} minutes of a healthy cache, with real parts: Redis ${cached.redis.release}, LiteLLM ${cached.gateway.release}, the exporter, Prometheus and Alertmanager with the shipped rules and routing. Target, pairs, scrapes and evaluations every ${INTERVAL}.`,
    '',
    '| what | |',
    '|---|---|',
    `| requests of users, ${Math.round(NEW_SHARE * 100)} % of them new | ${counts.asked} |`,
    `| PINGs of a monitor without a password, each refused with NOAUTH | ${counts.knocks} |`,
    `| keys evicted from a full cache (allkeys-lru) | ${Math.round(Number(Object(evicted).result[0]?.value[1]))} |`,
    `| pages | ${paged.length === 0 ? 'none' : `${paged.length}: ${names(paged)}`} |`,
    `| tickets | ${tickets.length === 0 ? 'none' : `${tickets.length}: ${names(tickets)}`} |`,
    `| messages of the watchdog | ${told(pages, ['watchdog']).length} |`,
    '',
    'What happens in the hour besides:',
    '',
    ...EVENTS.map(({ at, what }) => `- after ${Math.round(at * minutes)} minutes ${what}`),
    '',
  ].join('\n');
}

process.exitCode = await main();
