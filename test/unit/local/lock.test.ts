import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../dev/lock.ts';

describe('withLock', () => {
  it('lets one after the other in and tells who waits', async () => {
    const name = randomUUID();
    const seen: string[] = [];
    const work = (label: string) => async () => {
      seen.push(`${label} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(`${label} out`);
    };
    const lines: string[] = [];
    await Promise.all([withLock(name, (line) => lines.push(line), work('a')), withLock(name, (line) => lines.push(line), work('b'))]);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out']);
    expect(lines).toEqual(['waiting for another process that installs the same']);
  });

  it('is free again when the work has failed', async () => {
    const name = randomUUID();
    await expect(
      withLock(
        name,
        () => undefined,
        () => Promise.reject(new Error('no')),
      ),
    ).rejects.toThrow('no');
    await expect(
      withLock(
        name,
        () => undefined,
        async () => undefined,
      ),
    ).resolves.toBeUndefined();
  });
});
