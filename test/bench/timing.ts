import { join } from 'node:path';
import { startProcess, waitUntilReady } from '../../deploy/local/process.ts';
import { exchange } from '../../src/litellm/request.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { quantile } from './statistics.ts';

const DELAYS_MS = [2, 20, 200];
const REQUESTS = 60;

/**
 * How far the measured duration of a request is from the delay that a stub on loopback put in, in
 * milliseconds. The difference holds the network's share, connection set-up included.
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
    for (let index = -5; index < REQUESTS; index++) {
      const answer = await exchange(
        { method: 'POST', url, headers: {}, body: '{"model":"m","prompt":"p"}', timeout: 5_000, signal: new AbortController().signal },
        systemClock,
      );
      // What lies between the last byte sent and the end of the answer is what the stub measured.
      if (index >= 0) errors.push(Math.abs((answer.phases.wait + answer.phases.transfer) * 1_000 - Number(answer.headers['x-delay-ms'])));
    }
    await stub.stop();
  }
  return { p50: quantile(errors, 0.5), p95: quantile(errors, 0.95) };
}
