const MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A text of rules or of routing with every duration divided by that. Only what fires after more than a minute
 * (`for`) takes its time, so that a machine which is slow for seconds is no outage.
 */
export function hasty(text: string, haste: number): string {
  return text.replaceAll(
    /(?<!\bfor: (?!1m))\b(\d+)([smhd])\b/g,
    (_, count: string, unit: keyof typeof MILLISECONDS) => `${Math.round((Number(count) * MILLISECONDS[unit]) / haste)}ms`,
  );
}
