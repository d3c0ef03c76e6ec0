import { seconds } from '../../text/quantities.ts';

/** A logarithmic scale for durations. */
export interface LatencyScale {
  /** The powers of ten between its ends, as people say them, with where they lie. */
  lines: readonly { y: number; text: string }[];
  /** Where a duration in seconds lies; one beyond an end lies at that end. */
  y(duration: number): number;
}

/** The scale ends here in any case, as powers of ten of a second: 10 microseconds and 1,000 seconds. */
const LOWEST = -5;
const MAX_EXPONENT = 3;

/** A scale that holds all durations (seconds), from whole decade to whole decade, between two heights of which `top` is the smaller. */
export function latencyScale(durations: readonly number[], { top, bottom }: { top: number; bottom: number }): LatencyScale {
  const powers = durations.filter((duration) => duration > 0).map((duration) => limited(Math.log10(duration), LOWEST, MAX_EXPONENT));
  const low = Math.min(MAX_EXPONENT - 1, Math.floor(powers.length === 0 ? LOWEST : Math.min(...powers)));
  const high = Math.max(low + 1, Math.ceil(Math.max(...powers, low)));
  const y = (power: number) => bottom - ((power - low) * (bottom - top)) / (high - low);
  const decades = Array.from({ length: high - low + 1 }, (_, index) => low + index);
  return {
    lines: decades.map((power) => ({ y: y(power), text: seconds(10 ** power).replace('.0 ', ' ') })),
    y: (duration) => y(limited(Math.log10(duration), low, high)),
  };
}

function limited(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
