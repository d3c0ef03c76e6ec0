import type { StoredMapping, StoredThresholds } from '../dashboards.ts';

/** Colours of Grafana's dark theme, near enough. */
export const DARK = { page: '#111217', panel: '#181b1f', line: '#2c3235', text: '#d8d9da', quiet: '#8e939a' };

/** How a value looks: its words, and a colour where a mapping or a threshold gives one. */
export interface Shown {
  text: string;
  colour: string | undefined;
}

/** A value with its unit, and with the word and colour that mappings and thresholds give it. */
export function shown(
  value: number,
  unit = 'none',
  decimals?: number,
  mappings: readonly StoredMapping[] = [],
  thresholds?: StoredThresholds,
): Shown {
  for (const { options } of mappings) {
    const mapped = options[String(value)];
    if (mapped !== undefined) return { text: mapped.text, colour: mapped.color };
  }
  const step = thresholds?.steps.findLast((each) => each.value === null || value >= each.value);
  return { text: withUnit(value, unit, decimals), colour: step === undefined || step.color === 'transparent' ? undefined : step.color };
}

const UNITS: Readonly<Record<string, (value: number, decimals?: number) => string>> = {
  s: (value, decimals) => scaled(value, SECONDS, decimals),
  bytes: (value, decimals) => scaled(value, BYTES, decimals),
  binBps: (value, decimals) => `${scaled(value, BYTES, decimals)}/s`,
  percentunit: (value, decimals) => `${rounded(value * 100, decimals)} %`,
  currencyUSD: (value) => `$${Number(value.toPrecision(3))}`,
  cpm: (value, decimals) => `${rounded(value, decimals)} c/min`,
  ops: (value, decimals) => `${rounded(value, decimals)} ops/s`,
  short: (value, decimals) => scaled(value, THOUSANDS, decimals),
};
const SECONDS: readonly [number, string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
];
const BYTES: readonly [number, string][] = [
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
  [1, 'B'],
];
const THOUSANDS: readonly [number, string][] = [
  [1e6, 'Mil'],
  [1e3, 'K'],
  [1, ''],
];

/** A number in a unit of Grafana. */
export function withUnit(value: number, unit: string, decimals?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return (UNITS[unit] ?? rounded)(value, decimals);
}

function scaled(value: number, steps: readonly [number, string][], decimals?: number): string {
  const [size, name] = steps.find(([each]) => Math.abs(value) >= each * 0.9995) ?? [1, steps.find(([each]) => each === 1)?.[1] ?? ''];
  return `${rounded(value / size, decimals)} ${name}`.trim();
}

function rounded(value: number, decimals?: number): string {
  const most = decimals ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  return String(Number(value.toFixed(most)));
}

/** Text that HTML does not read as anything else. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** Black or white, whichever is easier to read on a colour. */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150 ? '#111217' : '#ffffff';
}
