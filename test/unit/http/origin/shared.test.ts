import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createShared } from '../../../../src/http/origin/shared.ts';

it('reads twice for any number of calls at a time, and gives each what was read after it came', async () => {
  let value = 0;
  let reads = 0;
  const shared = createShared(async () => {
    reads += 1;
    const read = value;
    await sleep(5);
    return read;
  });
  const first = shared();
  value = 1;
  const others = Array.from({ length: 500 }, () => shared());
  expect(await first).toBe(0);
  expect(new Set(await Promise.all(others))).toEqual(new Set([1]));
  expect(reads).toBe(2);
  value = 2;
  expect(await shared()).toBe(2);
  expect(reads).toBe(3);
});

it('tells each caller of a failure, and reads again after it', async () => {
  let fails = true;
  const shared = createShared(async () => {
    await sleep(1);
    if (fails) throw new Error('cannot be read');
    return 'key';
  });
  const results = await Promise.allSettled([shared(), shared(), shared()]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  fails = false;
  expect(await shared()).toBe('key');
});
