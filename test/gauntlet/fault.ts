import type { GatewayRelease } from '../../dev/gateway.ts';
import { hasBehaviour, type RELEASES } from '../../src/litellm/releases.ts';
import type { Cause, Verdict } from '../../src/model/cache.ts';
import type { VariantName } from './gateways.ts';
import type { Stack } from './stack.ts';

/** What the exporter has to say while a fault lasts; of a list any member. */
export interface Expected {
  verdict: Verdict | readonly Verdict[];
  cause: Cause | readonly Cause[];
}

/**
 * Something that goes wrong with a cache, or that looks as if it did, and how to bring it about for real.
 * The stack is `working` before it, and again some time after it was lifted.
 */
export interface Fault {
  /** Plain words; the name in the table, in `--only` and of the test. */
  name: string;
  /** `both` where what happens depends on the release of LiteLLM. */
  releases: 'either' | 'both';
  /** The behaviour of LiteLLM without which nothing goes wrong: it is run on releases that have it. */
  needs?: keyof typeof RELEASES;
  /** Gateways that have to run beside the standard one. */
  gateways?: readonly VariantName[];
  /** Brings the stack, which has to become `working` then, to where the fault begins. */
  prepare?(stack: Stack): Promise<void>;
  inject(stack: Stack): Promise<void>;
  /** Takes back what `inject` did. */
  lift(stack: Stack): Promise<void>;
  /** Takes back what `prepare` did, when the stack is `working` again. */
  restore?(stack: Stack): Promise<void>;
  expected: Expected | ((release: GatewayRelease) => Expected);
  /** Causes that are true in passing, while the fault begins or ends. */
  besides?: readonly Cause[];
  /** A fault that is over by itself: verdicts that are true for a moment before `working` is back. */
  passing?: readonly Verdict[];
  /** Several causes are true at once: each is right, and so is `undetermined`. */
  ambiguous?: true;
  /** The number of intervals within which it has to be seen, where that is not two. */
  intervals?: number;
  /** The day on which it was added, `2026-11-30`: docs/gauntlet.md has no row of it while it was written before that day. */
  since?: string;
  /** What /metrics has to show besides of a key that a header names; asked while the verdict is as expected. */
  shows?(metrics: string): boolean;
}

/** A fault that the local stack cannot bring about. */
export interface Impossible {
  name: string;
  /** Why not. */
  cannot: string;
}

/** Whether a fault is one on a release. */
export function appliesTo({ needs }: Fault, release: GatewayRelease): boolean {
  return needs === undefined || hasBehaviour(release, needs) === true;
}

/** What is expected of a fault on a release. */
export function expectedOn(fault: Fault, release: GatewayRelease): { verdict: readonly Verdict[]; cause: readonly Cause[] } {
  const { expected } = fault;
  const { verdict, cause } = typeof expected === 'function' ? expected(release) : expected;
  return { verdict: listOf(verdict), cause: listOf(cause) };
}

/** The day on which a page of the gauntlet was written, or written anew; undefined where it does not say. */
export function writtenOn(page: string): string | undefined {
  return /^Written on (\d{4}-\d{2}-\d{2}) by /m.exec(page)?.[1];
}

/** Whether a fault is younger than the page: it is recorded with the next gauntlet. */
export function isToBeRecorded({ since }: Fault, page: string): boolean {
  const written = writtenOn(page);
  return since !== undefined && written !== undefined && since > written;
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'string' ? [value] : value;
}
