import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../../dev/redis.ts';
import { startExporter } from './exporter.ts';

const TARGETS = 1_000;
const SERVERS = 4;
const SECONDS = 60;

/** A thousand targets at 15 s in one process, on a few real servers, over a minute after the start. */
export async function manyTargets(): Promise<{
  missed: number;
  failed: number;
  ticks: number;
  cores: number;
  megabytes: number;
  page: number;
}> {
  const servers = await Promise.all(Array.from({ length: SERVERS }, () => startRedis({ release: '8.2.3' })));
  const redis = Array.from({ length: TARGETS }, (_, index) => ({
    name: `cache-${index}`,
    url: servers[index % SERVERS]?.url,
    interval: '15s',
    timeout: '2s',
  }));
  const exporter = await startExporter({ redis });
  await sleep(20_000);
  const before = await figures(exporter.read);
  await sleep(SECONDS * 1_000);
  const after = await figures(exporter.read);
  const start = performance.now();
  await fetch(`${exporter.url}/metrics`).then((answer) => answer.arrayBuffer());
  const page = performance.now() - start;
  await exporter.stop();
  await Promise.all(servers.map((server) => server.stop()));
  return {
    missed: after.missed,
    failed: after.failed,
    ticks: after.ticks - before.ticks,
    cores: (after.cpu - before.cpu) / (after.uptime - before.uptime),
    megabytes: after.memory / 1e6,
    page,
  };
}

async function figures(read: (series: RegExp) => Promise<number>) {
  return {
    missed: await read(/^cache_exporter_job_missed_total/),
    failed: await read(/^redis_scrape_failures_total/),
    ticks: await read(/^redis_scrape_duration_seconds_count/),
    cpu: await read(/^process_cpu_time_seconds_total/),
    uptime: await read(/^process_uptime_seconds/),
    memory: await read(/^process_memory_usage_bytes/),
  };
}
