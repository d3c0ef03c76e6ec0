import type { Behaviour } from './client-arguments.ts';
import { toInt } from './python-value.ts';
import type { Failure, ResolvedValue } from './resolved-value.ts';

const TEXTS = ['host', 'password', 'username', 'url', 'sentinel_password', 'service_name'];
const AWS_TEXTS = ['aws_iam_user_name', 'aws_iam_cache_name', 'aws_iam_region'];
const TRUE = ['true', '1', 'yes', 'on', 't', 'y'];
const FALSE = ['false', '0', 'no', 'off', 'f', 'n'];

/**
 * What the model of `general_settings.coordination_redis` makes of its values (`CoordinationRedisParams`, pydantic 2):
 * texts must be texts, a port a whole number, ssl a boolean. Anything else stops LiteLLM at its start.
 */
export function coordinationValues(given: ReadonlyMap<string, ResolvedValue>, { aws }: Behaviour): Map<string, ResolvedValue> | Failure {
  const result = new Map<string, ResolvedValue>();
  for (const [name, own] of given) {
    const value = own.known ? converted(name, own.value, aws) : own.value;
    if (own.known && value === undefined)
      return { message: `${own.from} is not of the kind that coordination_redis takes: ${KIND[name] ?? 'a text'}`, place: own.place };
    result.set(name, { ...own, value });
  }
  return result;
}

const KIND: Readonly<Record<string, string>> = {
  port: 'a whole number',
  ssl: 'true or false',
  startup_nodes: 'a list of nodes with host and port',
  sentinel_nodes: 'a list of pairs of host and port',
};

/** Undefined where pydantic refuses it. */
function converted(name: string, value: unknown, aws: boolean): unknown {
  if (TEXTS.includes(name) || (aws && AWS_TEXTS.includes(name))) return typeof value === 'string' ? value : undefined;
  if (name === 'port') return whole(value);
  if (name === 'ssl') return truth(value);
  if (name === 'startup_nodes') return list(value, node);
  if (name === 'sentinel_nodes')
    return list(value, (pair) => list(pair, (part) => (typeof part === 'string' || Number.isInteger(part) ? part : undefined)));
  return value;
}

function whole(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' ? toInt(value.replace(/\.0*$/, '')) : undefined;
}

function truth(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return TRUE.includes(text) ? true : FALSE.includes(text) ? false : undefined;
}

function list(value: unknown, each: (item: unknown) => unknown): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(each);
  return items.includes(undefined) ? undefined : items;
}

function node(value: unknown): { host: string; port: number } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { host, port }: { host?: unknown; port?: unknown } = value;
  const number = whole(port);
  return typeof host === 'string' && number !== undefined ? { host, port: number } : undefined;
}
