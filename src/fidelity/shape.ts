import type { AskedApi } from '../origin/asked.ts';
import type { Difference } from '../origin/compare.ts';
import type { OriginKeys } from '../origin/stamp.ts';

/** The JSON body of a request. */
export type Body = Readonly<Record<string, unknown>>;

/** A request whose answer the cache stores, and a later one that it answers. */
interface Requests {
  readonly first: Body;
  readonly repeated: Body;
}

/** Both answers, parsed, as they are without a stream. */
export interface Answers {
  readonly first: unknown;
  readonly repeated: unknown;
}

/**
 * What two answers show: the cache gave the second one, with the parts that differ from what it has to give; the cache did not
 * give it; or that cannot be told.
 */
export type Reading =
  | { readonly kind: 'cached'; readonly parts: readonly Difference[] }
  | { readonly kind: 'missed' }
  | { readonly kind: 'unreadable'; readonly why: 'not_the_origin' | 'broken' | 'prompt_rewritten' | 'left_out' };

/** How one shape is asked, and how its answers are read. */
export interface Shape {
  readonly api: AskedApi;
  readonly path: string;
  /** Only of caches that answer similar prompts alike. */
  readonly semantic?: true;
  /** How many nonces it needs. */
  readonly nonces: number;
  /** Both requests, with the cache controls of the probe. Always the same keys in the same order: the cache key depends on it. */
  requests(model: string, nonces: readonly string[], cache: Body): Requests;
  /** Reads the answers to these requests. Pure. */
  read(answers: Answers, requests: Requests, nonces: readonly string[], keys: OriginKeys): Reading;
}
