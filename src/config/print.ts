import { stringify } from 'yaml';
import { formatDuration } from '../source/duration.ts';
import { Secret } from '../source/secret.ts';
import { isSection, type Section } from '../source/section.ts';
import type { Config, GatewayConfig, TargetConfig } from './effective.ts';
import { inputSchema, type JsonSchema } from './json-schema.ts';

/**
 * The effective configuration as YAML, every default written out, in the order of the documentation. A secret from a file is named
 * by that file, any other is `<secret>`; but for those the text loads again as the same configuration.
 */
export function printConfig(config: Config): string {
  return stringify(written(config, inputSchema()), { lineWidth: 0 });
}

/** The effective configuration of one gateway as YAML, as `printConfig` gives it. */
export function printGateway(config: GatewayConfig): string {
  return stringify(written(config, inputSchema().properties?.gateways?.items), { lineWidth: 0 });
}

/** The effective configuration of one target as YAML, as `printConfig` gives it. */
export function printTarget(config: TargetConfig): string {
  return stringify(written(config, inputSchema().properties?.redis?.items), { lineWidth: 0 });
}

/** A value as it is written into a file. What a number means is what the schema says at its place. */
function written(value: unknown, schema: JsonSchema | undefined): unknown {
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number' && schema?.kind === 'duration') return formatDuration(value);
  if (typeof value === 'number' && schema?.kind === 'percentage') return `${Number((value * 100).toFixed(6))}%`;
  if (Array.isArray(value)) return value.map((item: unknown) => written(item, schema?.items));
  return isSection(value) ? section(value, schema?.properties ?? {}) : value;
}

function section(values: Section, properties: Readonly<Record<string, JsonSchema>>): object {
  const order = Object.keys(properties);
  const entries = Object.entries(values).map(([key, value]) => entry(key, value, properties));
  return Object.fromEntries(entries.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}

/** The key of a value in the file, and the value; a secret and an address are kept under another key than they were read from. */
function entry(key: string, value: unknown, properties: Readonly<Record<string, JsonSchema>>): [string, unknown] {
  if (value instanceof Secret) return value.file === undefined ? [key, value.toString()] : [`${key}_file`, escaped(value.file)];
  if (key === 'address' && isSection(value)) return ['url', written(value.url, properties.url)];
  return [key, written(value, properties[key])];
}

/** Text as `interpolate` gives it back: one `$` is `$$`. */
function escaped(text: string): string {
  return text.replaceAll('$', '$$$$');
}
