import { RELEASES } from '../../litellm/releases.ts';
import { CLIENT_NAME, formOf } from '../facts/endpoints.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { isOlderThan } from '../facts/release.ts';
import { setting } from '../facts/stated-addresses.ts';
import { known } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import { toFloat, toInt } from '../resolver/python-value.ts';
import { TYPE } from '../resolver/typed-arguments.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Client, type Setting, type Setup } from '../setup.ts';

/** Texts that redis-py itself turns into numbers, in every release. */
const CONVERTED = ['port', 'db'];
/** The default that applies where a text is dropped. */
const DEFAULT: Readonly<Record<string, string>> = { port: '6379', db: '0' };

export const argumentMalformed: Rule = {
  id: 'argument-malformed',
  severity: 'high',
  needs: ['litellm', 'environment', 'compose', 'kubernetes'],
  title: 'a port, a database or a timeout of Redis is no number',
  check(setup) {
    const seen = new Set<string>();
    const findings =
      isOlderThan(setup, RELEASES.arguments_typed) === true
        ? CLIENT.flatMap((client) => breaking(setup, client))
        : [...dropped(setup), ...semantic(setup)];
    return [...findings, ...timeToLive(setup)].filter(({ place, message }) => {
      const key = `${place.source} ${place.line} ${place.column} ${message}`;
      return !seen.has(key) && seen.add(key);
    });
  },
};

/** Before texts became the type of their argument, redis-py calculated with the text, or handed it on. */
function breaking(setup: Setup, client: Client): Finding[] {
  const form = client === 'semantic' ? 'host' : formOf(setup, client);
  return Object.entries(TYPE).flatMap(([name, type]): Finding[] => {
    const found = setting(setup, client, name);
    const text = found?.value?.reveal();
    if (found === undefined || text === undefined || type === 'bool' || form !== 'host') return [];
    // Another rule names the variables that stay text, this one what is wrong in any form.
    const isVariable = found.from.startsWith('REDIS_');
    const isWrong = CONVERTED.includes(name) ? toInt(text) === undefined : found.isText && name !== 'max_connections' && !isVariable;
    return isWrong
      ? [finding(client, found, `${found.from} is ${CONVERTED.includes(name) ? 'no whole number' : 'a text, not a number'}`)]
      : [];
  });
}

function finding(client: Client, { name, place, value }: Setting, message: string): Finding {
  const service = isServiceVariable(value?.reveal() ?? '');
  return {
    place,
    message: service ? `${message}: it is the address that Kubernetes gives for a Service` : message,
    consequence: `Every connection of ${CLIENT_NAME[client]} fails with ValueError or TypeError, while LiteLLM starts and looks healthy: nothing is cached or counted in Redis.`,
    fix: service ? SERVICE_FIX : `write ${name} as a number, without quotes`,
  };
}

const SERVICE_FIX = 'set enableServiceLinks: false in the pod, or set the port in the configuration file, or give the Service another name';

/** `tcp://10.0.0.1:6379`, which Kubernetes and old Docker links put into `<NAME>_PORT`. */
function isServiceVariable(text: string): boolean {
  return /^(tcp|udp|sctp):\/\//.test(text);
}

/** Since texts became the type of their argument, one that is no number is left out. */
function dropped(setup: Setup): Finding[] {
  const inFile = redisSettings(setup).map(({ name, key, value, place }) => ({
    from: name,
    name: key.replace(/^redis_/, ''),
    text: known(setup, value),
    place,
  }));
  const inVariables = Object.keys(TYPE).flatMap((name) => {
    const variable = setup.environment.get(`REDIS_${name.toUpperCase()}`);
    const isHidden = CLIENT.filter((client) => setup.resolutions[client].used && client !== 'semantic').every(
      (client) => (setting(setup, client, name)?.from ?? variable?.name) !== variable?.name,
    );
    return variable === undefined || isHidden ? [] : [{ from: variable.name, name, text: variable.value?.reveal(), place: variable.place }];
  });
  return [...inFile, ...inVariables].flatMap(({ from, name, text, place }): Finding[] => {
    const type = Object.hasOwn(TYPE, name) ? TYPE[name] : undefined;
    const isRead = CLIENT.some((client) => setup.resolutions[client].used && client !== 'semantic');
    if (text === undefined || text === '' || type === undefined || type === 'bool' || !isRead) return [];
    if ((type === 'int' ? toInt(text) : toFloat(text)) !== undefined) return [];
    const service = isServiceVariable(text);
    const instead = DEFAULT[name] === undefined ? 'the default applies' : `${name} ${DEFAULT[name]} is used`;
    return [
      {
        place,
        message: `${from} is no ${type === 'int' ? 'whole number' : 'number'}${service ? ': it is the address that Kubernetes gives for a Service' : ''}`,
        consequence: `LiteLLM leaves it out without a word, so ${instead}. Releases before 1.101 fail at every connection instead.`,
        fix: service ? SERVICE_FIX : `write ${name} as a number`,
        severity: 'medium',
      },
    ];
  });
}

/** The client of a semantic cache writes the port into a URL, whatever the release. */
function semantic(setup: Setup): Finding[] {
  const port = setting(setup, 'semantic', 'port');
  const text = port?.value?.reveal();
  if (port === undefined || text === undefined || /^\d{1,5}$/.test(text.trim())) return [];
  return [finding('semantic', port, `${port.from} is no whole number`)];
}

/** A ttl that is no number counts as none: LiteLLM then stores for its default of 60 s. */
function timeToLive(setup: Setup): Finding[] {
  return redisSettings(setup)
    .filter(({ name }) => name === 'cache_params.ttl' || name === 'cache_params.default_in_redis_ttl')
    .flatMap(({ name, value, place }): Finding[] => {
      const text = known(setup, value);
      if (text === undefined || text === 'None' || toFloat(text) !== undefined) return [];
      return [
        {
          place,
          message: `${name} is no number of seconds`,
          consequence: 'LiteLLM cannot read it and stores every answer for 60 s.',
          fix: 'write seconds, such as 3600',
          severity: 'medium',
        },
      ];
    });
}
