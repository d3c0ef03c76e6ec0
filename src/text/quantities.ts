/** A duration as people say it: `0.4 ms`, `250 ms`, `1.8 s`, `3 min`, `2 h`, `5 d`. Takes seconds. */
export function seconds(value: number): string {
  if (value < 0.0095) return `${(value * 1_000).toFixed(1)} ms`;
  if (value < 0.9995) return `${(value * 1_000).toFixed(0)} ms`;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  return span(value);
}

/** A longer time in its largest whole unit: `0 s`, `59 s`, `3 min`, `2 h`, `5 d`. Takes seconds. */
export function span(value: number): string {
  const whole = Math.max(0, Math.round(value));
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

/** How long ago something was: `12 s ago`, and `just now` for less than a second or a time that a clock puts ahead. Takes Unix milliseconds. */
export function ago(at: number, now: number): string {
  return now - at < 1_000 ? 'just now' : `${span((now - at) / 1_000)} ago`;
}

/** A point in time in UTC: `2026-03-04 05:06:07 UTC`. Takes Unix milliseconds. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** An amount of memory in binary units: `512 B`, `1.5 MiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  const scaled = value / 1_024 ** step;
  return `${step === 0 || scaled >= 99.95 ? scaled.toFixed(0) : scaled.toFixed(1)} ${units[step]}`;
}

/** A count with a thin separator of thousands that terminals and pages show alike: `1,234,567`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
