import type { Attributes } from '@opentelemetry/api';
import { labelName } from '../../catalogue/prometheus-name.ts';

/** The labels of a series without braces, empty for none. Of attributes that translate to one label the first one counts. */
export function labelText(attributes: Attributes): string {
  const labels = new Map<string, string>();
  for (const [attribute, value] of Object.entries(attributes)) {
    const label = labelName(attribute);
    if (value === undefined || label === '' || labels.has(label)) continue;
    labels.set(label, `${label}="${escapeQuoted(typeof value === 'string' ? value : JSON.stringify(value))}"`);
  }
  return [...labels.values()].join(',');
}

/** A sample value, as a parser of 64-bit floating point numbers takes it. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

/**
 * A bucket bound in the canonical form of OpenMetrics 1.0 (`1.0`, `1e-06`), which Prometheus 3 makes of any
 * other form. Both formats use it, so that a bucket is one series whichever was negotiated.
 */
export function canonicalNumber(value: number): string {
  if (!Number.isFinite(value) || value === 0) return value === 0 ? '0.0' : numberText(value);
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return Number.isInteger(value) ? `${value}.0` : String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** Escapes a text in double quotes: backslash, quote, line feed. */
export function escapeQuoted(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

/** Escapes the HELP of text format 0.0.4, where quotes stay as they are. */
export function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}
