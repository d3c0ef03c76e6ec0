import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { within } from '../../../src/schedule/within.ts';

describe('a signal with a limit', () => {
  it('is made of any share of any duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), fc.constantFrom(0.25, 0.5, 0.6, 0.8, 0.9, 0.54), (duration, share) => {
        const other = new AbortController();
        const signal = within(other.signal, duration * share);
        other.abort();
        expect(signal.aborted).toBe(true);
      }),
    );
  });

  it('ends with a TimeoutError, or for the reason of the other signal', async () => {
    const other = new AbortController();
    const signal = within(other.signal, 0.5);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
    const stopped = within(other.signal, 60_000);
    other.abort('stopped');
    expect(stopped.reason).toBe('stopped');
  });
});
