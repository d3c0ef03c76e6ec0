import { Agent, get } from 'node:http';
import { quantile } from './statistics.ts';

/** Times in milliseconds of `count` sequential GETs over one kept connection, after a warm-up of twenty. */
export async function scrapeTimes(url: string, count: number): Promise<{ p50: number; p99: number; bytes: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  let bytes = 0;
  for (let index = -20; index < count; index++) {
    const start = performance.now();
    bytes = await body(url, agent);
    if (index >= 0) times.push(performance.now() - start);
  }
  agent.destroy();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), bytes };
}

function body(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent, timeout: 40_000 }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('end', () => (answer.statusCode === 200 ? resolve(bytes) : reject(new Error(`${url} answered ${answer.statusCode}`))));
      answer.on('error', reject);
    }).on('error', reject);
  });
}
