import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../dev/process.ts';
import { type RunningRedis, startRedis } from '../../dev/redis.ts';
import { startExporter } from './exporter.ts';
import { startPeer } from './peer.ts';
import { scrapeTimes } from './scrape.ts';

const SCRAPES = 300;
const LOAD_SECONDS = 20;

/** Milliseconds and microseconds of ours and, where it was given, of redis_exporter. */
export interface RedisFigures {
  release: string;
  readyAfter: number;
  idle: Record<Side, Latency | undefined>;
  loaded: Record<Side, Latency | undefined>;
  frozen: Record<Side, Latency | undefined>;
  /** Redis' own count of the time that one scrape takes of its main thread. */
  mainThreadMicroseconds: Record<Side, number | undefined>;
  bytes: Record<Side, number | undefined>;
}
type Side = 'ours' | 'peer';
interface Latency {
  p50: number;
  p99: number;
}

/** One target: idle, under load and frozen; the two exporters take turns, so that a slow machine is slow for both. */
export async function redisFigures(): Promise<RedisFigures> {
  const redis = await startRedis({ release: '8.2.3' });
  for (let index = 0; index < 1_000; index++) await redis.command('SET', `key-${index}`, 'x'.repeat(200), 'EX', '3600');
  const exporter = await startExporter({ redis: [{ name: 'cache', url: redis.url, interval: '1s', timeout: '500ms' }] });
  const peer = await startPeer(redis.url);
  const ours = `${exporter.url}/metrics`;

  const idle = { ours: await scrapeTimes(ours, SCRAPES), peer: peer && (await scrapeTimes(peer.url, SCRAPES)) };
  const mainThreadMicroseconds = { ours: await ourCost(redis, exporter.read), peer: peer && (await peerCost(redis, peer.url)) };

  const load = startProcess(process.execPath, [join(import.meta.dirname, 'load.ts'), String(redis.port), String(LOAD_SECONDS)], {
    env: process.env,
    cwd: process.cwd(),
  });
  await sleep(1_000);
  const loaded = { ours: await scrapeTimes(ours, SCRAPES), peer: peer && (await scrapeTimes(peer.url, SCRAPES)) };
  await load.stop();

  redis.pause();
  await sleep(2_000);
  const frozen = { ours: await scrapeTimes(ours, SCRAPES), peer: peer && (await frozenPeer(peer.url)) };
  redis.resume();

  await exporter.stop();
  await peer?.process.stop();
  await redis.stop();
  return {
    release: redis.release,
    readyAfter: exporter.readyAfter,
    idle,
    loaded,
    frozen,
    mainThreadMicroseconds,
    bytes: { ours: idle.ours.bytes, peer: idle.peer?.bytes },
  };
}

/** A single scrape of a frozen server: redis_exporter answers it after its own timeout. */
async function frozenPeer(url: string): Promise<Latency> {
  const start = performance.now();
  await fetch(url).then((answer) => answer.arrayBuffer());
  const milliseconds = performance.now() - start;
  return { p50: milliseconds, p99: milliseconds };
}

/** Microseconds per tick, over twenty ticks or more. */
async function ourCost(redis: RunningRedis, read: (series: RegExp) => Promise<number>): Promise<number> {
  const ticks = () => read(/^redis_scrape_duration_seconds_count/);
  const [before, spent] = [await ticks(), await microseconds(redis)];
  await sleep(20_000);
  return ((await microseconds(redis)) - spent) / ((await ticks()) - before);
}

async function peerCost(redis: RunningRedis, url: string): Promise<number> {
  const spent = await microseconds(redis);
  for (let index = 0; index < 100; index++) await fetch(url).then((answer) => answer.arrayBuffer());
  return ((await microseconds(redis)) - spent) / 100;
}

/** Time that the server spent in commands since its start, without this bench's own reading of it. */
async function microseconds(redis: RunningRedis): Promise<number> {
  const text = String(await redis.command('INFO', 'commandstats'));
  return [...text.matchAll(/^cmdstat_[^:]+:calls=\d+,usec=(\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
}
