import { Redis } from 'ioredis';

/**
 * Load on a Redis of loopback: GET and SET of 2 KiB values over 8 connections, in bursts of 16 commands,
 * for at most the given number of seconds. Runs as a process of its own.
 */
const port = Number(process.argv[2]);
const end = performance.now() + Math.min(120, Number(process.argv[3])) * 1_000;
const value = 'x'.repeat(2_048);

async function worker(index: number): Promise<void> {
  const redis = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true });
  for (let round = 0; performance.now() < end; round++) {
    const pipeline = redis.pipeline();
    for (let command = 0; command < 8; command++) {
      const key = `load-${(index * 7919 + round * 104_729 + command) % 100_000}`;
      pipeline.set(key, value, 'EX', 600).get(key);
    }
    await pipeline.exec();
  }
  redis.disconnect();
}

console.log('load begins');
await Promise.all(Array.from({ length: 8 }, (_, index) => worker(index)));
