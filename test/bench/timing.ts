import { join } from 'node:path';
import { startProcess, waitUntilReady } from '../../dev/process.ts';
import { exchange } from '../../src/litellm/request.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { quantile } from './statistics.ts';

const DELAYS_MS = [2, 20, 200];
const WARM_UP = 50;
const REQUESTS = 100;

/**
 * How far the measured wait of a request is from the delay that a stub on loopback put in, in
 * milliseconds, over requests of three delays. The difference holds the way there and back.
 */
export async function timingError(): Promise<{ p50: number; p95: number }> {
  const errors: number[] = [];
  for (const delay of DELAYS_MS) {
    const stub = startProcess(process.execPath, [join(import.meta.dirname, 'stub.ts'), String(delay)], {
      env: process.env,
      cwd: process.cwd(),
    });
    await waitUntilReady('the stub', stub, 10_000, async () => stub.log().includes('listening'));
    const url = new URL(`http://127.0.0.1:${/listening on (\d+)/.exec(stub.log())?.[1]}/v1/completions`);
    for (let index = delay === DELAYS_MS[0] ? -WARM_UP : 0; index < REQUESTS; index++) {
      const call = { method: 'POST', url, headers: {}, body: '{}', timeout: 5_000, signal: new AbortController().signal } as const;
      const { phases, headers } = await exchange(call, systemClock);
      if (index >= 0) errors.push(Math.abs(phases.wait * 1_000 - Number(headers['x-took'])));
    }
    await stub.stop();
  }
  return { p50: quantile(errors, 0.5), p95: quantile(errors, 0.95) };
}
