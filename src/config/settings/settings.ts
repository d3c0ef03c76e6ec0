import { resolve } from 'node:path';
import { closest, type Fault } from '../../source/problem.ts';
import { isSection } from '../../source/section.ts';
import { secretNote, similarVariables, valueFault } from './setting-value.ts';

/** The command line flags that stand for configuration keys. */
export interface Flags {
  redisUrl?: string | undefined;
  litellmUrl?: string | undefined;
  litellmApiKeyFile?: string | undefined;
  probeModel?: string | undefined;
  pricePerPairUsd?: string | undefined;
  listen?: readonly string[] | undefined;
  logLevel?: string | undefined;
  logFormat?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration key that a flag or an environment variable gives. */
interface Setting {
  section: 'redis' | 'gateways' | 'http' | 'log';
  key: string;
  variable: string;
  flag?: { name: string; field: keyof Flags };
}

/** Names of the entries that settings make when no file does. */
const ENTRY = { redis: 'redis', gateways: 'litellm' } as const;

/** Every flag and variable, in the order in which the documentation shows them. */
export const SETTINGS: readonly Setting[] = [
  { section: 'redis', key: 'url', variable: 'LCE_REDIS_URL', flag: { name: '--redis-url', field: 'redisUrl' } },
  { section: 'redis', key: 'username', variable: 'LCE_REDIS_USERNAME' },
  { section: 'redis', key: 'password', variable: 'LCE_REDIS_PASSWORD' },
  { section: 'redis', key: 'password_file', variable: 'LCE_REDIS_PASSWORD_FILE' },
  { section: 'gateways', key: 'url', variable: 'LCE_LITELLM_URL', flag: { name: '--litellm-url', field: 'litellmUrl' } },
  { section: 'gateways', key: 'api_key', variable: 'LCE_LITELLM_API_KEY' },
  {
    section: 'gateways',
    key: 'api_key_file',
    variable: 'LCE_LITELLM_API_KEY_FILE',
    flag: { name: '--litellm-api-key-file', field: 'litellmApiKeyFile' },
  },
  { section: 'gateways', key: 'model', variable: 'LCE_PROBE_MODEL', flag: { name: '--probe-model', field: 'probeModel' } },
  {
    section: 'gateways',
    key: 'price_per_pair_usd',
    variable: 'LCE_PRICE_PER_PAIR_USD',
    flag: { name: '--price-per-pair-usd', field: 'pricePerPairUsd' },
  },
  { section: 'http', key: 'listen', variable: 'LCE_LISTEN', flag: { name: '--listen', field: 'listen' } },
  { section: 'log', key: 'level', variable: 'LCE_LOG_LEVEL', flag: { name: '--log-level', field: 'logLevel' } },
  { section: 'log', key: 'format', variable: 'LCE_LOG_FORMAT', flag: { name: '--log-format', field: 'logFormat' } },
];

/** A tree with the settings laid over it, and what to call the paths that came from them. */
export interface Overlaid {
  tree: Record<string, unknown>;
  /** From `redis[0].url` to `--redis-url`. */
  origins: ReadonlyMap<string, string>;
  faults: Fault[];
  /** What the settings do to a file: one sentence each. */
  notes: string[];
}

interface Given {
  setting: Setting;
  value: unknown;
  /** The flag or variable that gave it. */
  origin: string;
  /** As it was written. */
  raw: readonly string[];
}

/** Whether flags or environment name a Redis server or a gateway. */
export function nameSomething(flags: Flags, env: Environment): boolean {
  return givenSettings(flags, env, new Set()).some(({ setting }) => setting.key === 'url');
}

/**
 * Lays flags and environment over a configuration: a flag beats a variable, a variable beats the file.
 * They speak of the only entry of a section, of the one named `redis` or `litellm` among several, and make
 * it where there is none. A variable that the file itself refers to (`referred`) is left to the file.
 */
export function overlay(tree: Record<string, unknown>, flags: Flags, env: Environment, referred: ReadonlySet<string>): Overlaid {
  const result: Overlaid & { origins: Map<string, string> } = {
    tree: { ...tree },
    origins: new Map(),
    faults: [],
    notes: variableNotes(flags, env, referred),
  };
  for (const { setting, origin, raw } of givenSettings(flags, env, referred)) {
    const fault = raw.map((value) => valueFault(value, isSecret(setting))).find((each) => each !== undefined);
    if (fault !== undefined) result.faults.push({ path: [origin], ...fault });
  }
  for (const section of ['redis', 'gateways'] as const) {
    const given = givenSettings(flags, env, referred).filter(({ setting }) => setting.section === section);
    if (given.length > 0) overlayEntry(result, section, given);
  }
  for (const { setting, value, origin } of givenSettings(flags, env, referred)) {
    const { section, key } = setting;
    if (section === 'redis' || section === 'gateways' || !isSection(result.tree[section] ?? {})) continue;
    result.notes.push(noteOf(`${section}.${key}`, origin, asSection(result.tree[section])[key] !== undefined));
    result.tree[section] = { ...asSection(result.tree[section]), [key]: value };
    result.origins.set(`${section}.${key}`, origin);
  }
  return result;
}

function overlayEntry(result: Overlaid & { origins: Map<string, string> }, section: 'redis' | 'gateways', given: readonly Given[]): void {
  const list = result.tree[section] ?? [];
  if (!Array.isArray(list)) return;
  const entries: unknown[] = list;
  const index = entries.length < 2 ? 0 : entries.findIndex((entry) => asSection(entry).name === ENTRY[section]);
  if (index < 0) {
    const message = `is ambiguous: ${section} has several entries, and none is named ${ENTRY[section]}`;
    for (const { origin } of given) result.faults.push({ path: [origin], message, suggestion: 'remove it, or write it into the file' });
    return;
  }
  const path = `${section}[${index}]`;
  if (entries.length === 0) nameOrigins(result.origins, section, path);
  const entry = { ...(entries.length === 0 ? newEntry(section, result.tree) : asSection(entries[index])) };
  for (const { setting, origin } of given) {
    const hidden = sameMeaning(setting.key).filter((key) => entry[key] !== undefined);
    result.notes.push(noteOf(`${path}.${hidden[0] ?? setting.key}`, origin, hidden.length > 0));
  }
  for (const { setting } of given) for (const key of sameMeaning(setting.key)) delete entry[key];
  for (const { setting, value, origin } of given) {
    entry[setting.key] = value;
    result.origins.set(`${path}.${setting.key}`, origin);
  }
  result.tree[section] = entries.length === 0 ? [entry] : entries.with(index, entry);
}

function noteOf(path: string, origin: string, hides: boolean): string {
  return hides ? `${origin} overrides ${path} of the file` : `${origin} gives ${path}, which the file does not`;
}

/** What Kubernetes sets for a Service whose name begins like our variables. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$/;

function isSecret({ key }: Setting): boolean {
  return key === 'password' || key === 'api_key';
}

/**
 * What is strange about flags and variables, whether there is a file or not. That is variables that look like settings and are
 * none, those that are set to nothing, and secrets that look like something else.
 */
export function variableNotes(flags: Flags, env: Environment, referred: ReadonlySet<string>): string[] {
  const known = SETTINGS.map(({ variable }) => variable);
  const strange = Object.keys(env).filter((name) => /^lce_/i.test(name) && !known.includes(name) && !SERVICE_LINK.test(name));
  const unread = strange.map((name) => {
    const near = similarVariables(name, known);
    const meant = near.length > 0 ? near.join(' or ') : closest(name, known);
    return `${name} is not read${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
  const empty = known.filter((name) => env[name] === '' && !referred.has(name));
  const secrets = givenSettings(flags, env, referred).flatMap(({ setting, origin, raw: [value = ''] }) =>
    isSecret(setting) && valueFault(value, true) === undefined ? (secretNote(origin, value) ?? []) : [],
  );
  return [...unread, ...empty.map((name) => `${name} is empty and counts as not set`), ...secrets];
}

/** A new gateway belongs to the only target. */
function newEntry(section: 'redis' | 'gateways', tree: Record<string, unknown>): Record<string, unknown> {
  const targets: unknown[] = section === 'gateways' && Array.isArray(tree.redis) ? tree.redis : [];
  const target = targets.length === 1 ? asSection(targets[0]).name : undefined;
  return target === undefined ? { name: ENTRY[section] } : { name: ENTRY[section], redis: target };
}

/** In an entry that settings make, problems are told in the words of the settings. */
function nameOrigins(origins: Map<string, string>, section: 'redis' | 'gateways', path: string): void {
  for (const { key, variable, flag } of SETTINGS.filter((setting) => setting.section === section)) {
    const name = flag ? `${flag.name} or ${variable}` : variable;
    origins.set(`${path}.${key}`, name);
    if (key === 'url') origins.set(path, name);
  }
}

function givenSettings(flags: Flags, env: Environment, referred: ReadonlySet<string>): Given[] {
  const byFlag = SETTINGS.flatMap((setting) => {
    const value = setting.flag && flags[setting.flag.field];
    if (value === undefined || !setting.flag || value.length === 0) return [];
    const raw = typeof value === 'string' ? [value] : value;
    return [{ setting, value: setting.key.endsWith('_file') ? resolve(String(value)) : value, origin: setting.flag.name, raw }];
  });
  const byVariable = SETTINGS.flatMap((setting) => {
    const value = env[setting.variable];
    if (value === undefined || value === '' || referred.has(setting.variable)) return [];
    if (byFlag.some((given) => given.setting.section === setting.section && sameMeaning(given.setting.key).includes(setting.key)))
      return [];
    return [{ setting, value: variableValue(setting, value), origin: setting.variable, raw: [value] }];
  });
  return [...byFlag, ...byVariable];
}

function variableValue(setting: Setting, text: string): unknown {
  if (isSecret(setting)) return text;
  const value = text.trim();
  if (setting.key === 'listen') {
    const addresses = value.split(',').map((address) => address.trim());
    return addresses.filter((address) => address !== '' || addresses.length === 1);
  }
  return setting.key.endsWith('_file') ? resolve(value) : value;
}

/** The keys that give the same thing: `password` and `password_file`. */
function sameMeaning(key: string): string[] {
  const base = key.replace(/_file$/, '');
  return [base, `${base}_file`];
}

function asSection(value: unknown): Record<string, unknown> {
  return isSection(value) ? value : {};
}
