/**
 * A signal that is aborted with another one, or with a TimeoutError after so many milliseconds. A part of a millisecond, as a share of
 * an interval has it, is a whole one: `AbortSignal.timeout` throws for it.
 */
export function within(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(milliseconds))]);
}
