const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** What a duration looks like in the configuration: `500ms`, `15s`, `5m`, `1h`. */
export const DURATION = /^(\d{1,12})(ms|s|m|h)$/;

/** Milliseconds of a duration such as `15s`; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h') return undefined;
  return Number(count) * MILLISECONDS[unit];
}

/** A duration in the largest unit that holds it exactly: 90,000 ms is `90s`, 60,000 ms is `1m`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds % MILLISECONDS.h === 0) return `${milliseconds / MILLISECONDS.h}h`;
  if (milliseconds % MILLISECONDS.m === 0) return `${milliseconds / MILLISECONDS.m}m`;
  if (milliseconds % MILLISECONDS.s === 0) return `${milliseconds / MILLISECONDS.s}s`;
  return `${milliseconds}ms`;
}
