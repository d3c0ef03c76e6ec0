import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { type Asked, WISH } from '../../src/origin/answer.ts';
import type { AskedApi } from '../../src/origin/asked.ts';

/** A request of the origin with what is given, and nothing special else. */
export function askedFor(given: Partial<Asked> = {}): Asked {
  return {
    nonce: randomBytes(16).toString('hex'),
    model: 'cache-probe',
    n: 1,
    wishes: [],
    tools: [],
    logprobs: false,
    json: false,
    stream: false,
    streamUsage: false,
    ...given,
  };
}

/** Every kind of request of an API; text completions know no tools. */
export const arbitraryAsked = (api: AskedApi): fc.Arbitrary<Asked> =>
  fc
    .record({
      n: fc.integer({ min: 1, max: 4 }),
      wishes: fc.subarray([...WISH]),
      tools: fc.subarray(api === 'completions' ? [] : ['weather', 'clock']),
      logprobs: fc.boolean(),
      json: fc.boolean(),
      stream: fc.boolean(),
      streamUsage: fc.boolean(),
    })
    .map(askedFor);
