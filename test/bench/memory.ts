import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from '../../dev/gateway.ts';
import { startRedis } from '../../dev/redis.ts';
import { startExporter } from './exporter.ts';

/**
 * Resident memory with one target and one gateway, scraped every 5 s, after `seconds`; the growth is the
 * difference between the last and the first third, per hour.
 */
export async function memory(seconds: number): Promise<{ megabytes: number; growthPerHour: number; seconds: number }> {
  const redis = await startRedis({ release: '8.2.3' });
  const gateway = await startGateway({ redis: { port: redis.port } });
  const exporter = await startExporter({
    redis: [{ name: 'cache', url: redis.url, interval: '5s', timeout: '1s' }],
    gateways: [
      {
        name: 'litellm',
        url: gateway.url,
        api_key: gateway.apiKey,
        redis: 'cache',
        model: 'cache-probe',
        interval: '10s',
        timeout: '4s',
        price_per_pair_usd: 0,
      },
    ],
  });
  const values: number[] = [];
  for (let second = 0; second < seconds; second += 5) {
    await sleep(5_000);
    values.push((await exporter.read(/^process_memory_usage_bytes/)) / 1e6);
  }
  await exporter.stop();
  await gateway.stop();
  await redis.stop();
  const third = Math.floor(values.length / 3);
  const mean = (part: number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const growth = mean(values.slice(-third)) - mean(values.slice(third, 2 * third));
  return { megabytes: values.at(-1) ?? Number.NaN, growthPerHour: growth / ((third * 5) / 3_600), seconds };
}
