import { namesSecret } from '../../masking/mask.ts';
import { isSection, type Section } from '../../source/section.ts';
import type { Place } from '../place.ts';
import type { Setup } from '../setup.ts';
import { redisUrl } from './address.ts';
import { allServers } from './redis-server.ts';
import { known, literal, reference, scalar, section } from './value.ts';

/** A secret that is somewhere in the evidence. Its text is for comparisons in memory only. */
export interface Credential {
  text: string;
  /** `REDIS_PASSWORD`, `cache_params.password`, `--requirepass of redis`. */
  name: string;
  place: Place;
  /** Whether it is written into the file that LiteLLM is started with, into a variable, or into the command of a server. */
  where: 'config' | 'variable' | 'command';
}

const REDIS_VARIABLES = ['REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD', 'VALKEY_PASSWORD', 'REDISCLI_AUTH'];
const REDIS_SECTIONS = [
  { path: ['litellm_settings', 'cache_params'], prefix: '' },
  { path: ['general_settings', 'coordination_redis'], prefix: '' },
  { path: ['router_settings'], prefix: 'redis_' },
  { path: ['router_settings', 'cache_kwargs'], prefix: '' },
] as const;

/** Every password of Redis that the evidence shows, each place once, in the order of the files that people look at first. */
export function redisPasswords(setup: Setup): readonly Credential[] {
  const config = REDIS_SECTIONS.flatMap(({ path, prefix }) =>
    ['password', 'sentinel_password', 'url'].flatMap((key) =>
      inSection(setup, path, key === 'sentinel_password' ? key : `${prefix}${key}`),
    ),
  );
  const named = new Set(
    REDIS_SECTIONS.flatMap(({ path, prefix }) => {
      const values = section(setup.litellm?.tree, ...path) ?? {};
      return [values[`${prefix}password`], values.sentinel_password].flatMap((value) => reference(value) ?? []);
    }),
  );
  const variables = setup.variables.flatMap(({ name, value, place }): Credential[] => {
    const text = value?.reveal();
    if (text === undefined || text === '') return [];
    if (REDIS_VARIABLES.includes(name) || named.has(name)) return [{ text, name, place, where: 'variable' }];
    const password = name === 'REDIS_URL' ? redisUrl(text)?.password : undefined;
    return password === undefined ? [] : [{ text: password, name, place, where: 'variable' }];
  });
  const commands = allServers(setup).flatMap(({ name: server, options, place }) =>
    [...(options.get('requirepass') ?? []), ...(options.get('masterauth') ?? [])]
      .filter((text) => text !== '' && !text.includes('$'))
      .map((text): Credential => ({ text, name: `--requirepass of ${server}`, place, where: 'command' })),
  );
  return [...config, ...variables, ...commands];
}

function inSection(setup: Setup, path: readonly string[], key: string): Credential[] {
  const value = literal(section(setup.litellm?.tree, ...path)?.[key]);
  if (setup.litellm === undefined || value === undefined || value === '') return [];
  const text = key.endsWith('url') ? redisUrl(value)?.password : value;
  if (text === undefined) return [];
  return [{ text, name: `${path.at(-1)}.${key}`, place: setup.litellm.place([...path, key]), where: 'config' }];
}

/** Variables whose names show that they are for something other than Redis. */
const OF_SOMETHING_ELSE =
  /^(?:LITELLM_(?:MASTER|SALT)_KEY|UI_PASSWORD|DATABASE_(?:URL|PASSWORD)|POSTGRES_PASSWORD|PGPASSWORD|MYSQL_(?:ROOT_)?PASSWORD|(?!.*(?:REDIS|VALKEY)).*_API_KEY|AWS_SECRET_ACCESS_KEY|AZURE_.*|JWT_SECRET.*|GRAFANA_.*|GF_SECURITY_.*)$/;
/** A part of a name that says that the value is one of Redis. */
const OF_REDIS = /(?:^|_)(?:REDIS|REDISCLI|VALKEY|KEYDB|SENTINEL)\w*/i;

/**
 * The names of variables that are used for Redis: those that a setting of Redis refers to, and those that a compose file
 * puts into the command or the environment of a server, into a url of Redis, or into a variable that is one of Redis.
 */
function redisVariables(setup: Setup): ReadonlySet<string> {
  const inConfig = REDIS_SECTIONS.flatMap(({ path }) => Object.entries(section(setup.litellm?.tree, ...path) ?? {}))
    .filter(([key]) => /password|url|username/.test(key))
    .flatMap(([, value]) => reference(value) ?? []);
  const inCompose = setup.services.flatMap(({ role, references }) =>
    references
      .filter(({ key, text }) => role === 'redis' || OF_REDIS.test(key) || /^(?:rediss?|valkeys?):\/\//.test(text))
      .map(({ name }) => name),
  );
  return new Set([...inConfig, ...inCompose]);
}

/**
 * Every other secret that the evidence shows: master key, database, salt, keys of providers. A variable belongs to Redis by
 * what it is used for; one that is used for Redis and for something else as well is a secret of something else.
 */
export function otherSecrets(setup: Setup): readonly Credential[] {
  const ofRedis = redisVariables(setup);
  const ofServers = new Set(allServers(setup).flatMap((server) => server.variables));
  const variables = setup.variables.flatMap((variable): Credential[] => {
    const { name, value, place } = variable;
    const text = value?.reveal();
    if (text === undefined || text === '' || ofServers.has(variable)) return [];
    if (name === 'DATABASE_URL') return databasePassword(text, name, place);
    if (!namesSecret(name, text)) return [];
    const isOther = OF_SOMETHING_ELSE.test(name) || !(OF_REDIS.test(name) || ofRedis.has(name));
    return isOther ? [{ text, name, place, where: 'variable' }] : [];
  });
  const { litellm } = setup;
  if (litellm === undefined) return variables;
  const general = section(litellm.tree, 'general_settings') ?? {};
  const config = Object.entries(general).flatMap(([key, value]): Credential[] => {
    const name = reference(value);
    const text = name === undefined || ofRedis.has(name) ? known(setup, value) : undefined;
    if (text === undefined || text === '') return [];
    const place = litellm.place(['general_settings', key]);
    if (key === 'database_url') return databasePassword(text, `general_settings.${key}`, place);
    return namesSecret(key) ? [{ text, name: `general_settings.${key}`, place, where: 'config' }] : [];
  });
  return [...config, ...variables];
}

function databasePassword(url: string, name: string, place: Place): Credential[] {
  const text = redisUrl(url)?.password;
  return text === undefined ? [] : [{ text, name, place, where: 'variable' }];
}

/** Every text that no output may hold: the passwords and secrets of the evidence, and every literal of a key that names one. */
export function secretTexts(setup: Setup): ReadonlySet<string> {
  const variables = setup.variables
    .filter(({ name, value }) => namesSecret(name, value?.reveal()))
    .flatMap(({ value }) => (value === undefined ? [] : [value.reveal()]));
  const resolved = Object.values(setup.resolutions)
    .flatMap(({ settings }) => settings)
    .flatMap(({ name, value, hides }) => [{ value, from: name }, ...hides])
    .flatMap(({ value, from }) => (value === undefined || !/password|secret|token|url/i.test(from) ? [] : [value.reveal()]))
    .map((text) => (text.includes('://') ? redisUrl(text)?.password : text) ?? '');
  return new Set(
    [...redisPasswords(setup), ...otherSecrets(setup)]
      .map(({ text }) => text)
      .concat(variables, resolved, setup.litellm === undefined ? [] : literals(setup.litellm.tree))
      .filter((text) => text.trim() !== ''),
  );
}

function literals(tree: Section): string[] {
  return Object.entries(tree).flatMap(([key, value]): string[] => {
    if (Array.isArray(value)) return value.flatMap((member) => (isSection(member) ? literals(member) : []));
    if (isSection(value)) return literals(value);
    const text = literal(value);
    return namesSecret(key) && text !== undefined && scalar(value) !== 'true' && scalar(value) !== 'false' ? [text] : [];
  });
}
