import { hasBehaviour } from '../litellm/releases.ts';
import { Secret } from '../source/secret.ts';
import type { Environment } from './environment.ts';
import { clientArguments } from './resolver/arguments.ts';
import { type Behaviour, behaviourOf } from './resolver/client-arguments.ts';
import { cacheParameters, coordinationParameters, routerParameters } from './resolver/client-parameters.ts';
import { connectionArguments } from './resolver/connection.ts';
import { asText } from './resolver/python-value.ts';
import type { Arguments, Failure, ResolvedValue } from './resolver/resolved-value.ts';
import { semanticParameters } from './resolver/semantic-parameters.ts';
import type { Client, LitellmConfig, Resolution, Setting } from './setup.ts';

const CONFIDENTIAL = /^(password|sentinel_password|ssl_password|url|ssl_ca_data)$/;

/**
 * What LiteLLM will use for the response cache, the router's Redis and the coordination Redis, by the
 * rules of a release; of the newest where the release is not known, which then has every kind of cache.
 */
export function resolve(
  config: LitellmConfig | undefined,
  environment: Environment,
  version: string | undefined,
): Readonly<Record<Client, Resolution>> {
  const behaviour = behaviourOf((name) => hasBehaviour(version, name) ?? name !== 'no_disk_cache');
  const cache = cacheParameters(config, environment, behaviour);
  return {
    cache: resolution('cache', cache, environment, behaviour),
    router: resolution('router', routerParameters(config, environment, behaviour), environment, behaviour),
    coordination: resolution(
      'coordination',
      coordinationParameters(config, cache !== undefined, environment, behaviour),
      environment,
      behaviour,
    ),
    semantic: semanticResolution(semanticParameters(config, environment, behaviour)),
  };
}

/** The client of a semantic cache is made of its own parameters, not of what `_redis.py` resolves. */
function semanticResolution(made: Arguments | Failure | undefined): Resolution {
  if (made === undefined) return { client: 'semantic', used: false, settings: [] };
  if (isFailure(made)) return { client: 'semantic', used: true, settings: [], failure: made };
  return { client: 'semantic', used: true, settings: settings(made) };
}

function resolution(
  client: Client,
  made: ReadonlyMap<string, ResolvedValue> | Failure | undefined,
  environment: Environment,
  behaviour: Behaviour,
): Resolution {
  if (made === undefined) return { client, used: false, settings: [] };
  const resolved = isFailure(made) ? made : clientArguments(made, environment, behaviour);
  if (isFailure(resolved)) return { client, used: true, settings: [], failure: resolved };
  const reaching = connectionArguments(resolved, environment, behaviour);
  if (!isFailure(reaching)) return { client, used: true, settings: settings(reaching) };
  return { client, used: true, settings: settings(resolved), failure: reaching };
}

function isFailure(value: Arguments | ReadonlyMap<string, ResolvedValue> | Failure): value is Failure {
  return !(value instanceof Map);
}

/** The order of a table: where to, as whom, how, then the rest by name. */
const FIRST = [
  'url',
  'host',
  'port',
  'startup_nodes',
  'sentinel_nodes',
  'service_name',
  'db',
  'username',
  'password',
  'sentinel_password',
  'ssl',
];

function settings(given: Arguments): Setting[] {
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const ordered = [...given].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return ordered.flatMap(([name, { value, known, from, variable, place, hides }]) =>
    known && value === null
      ? []
      : [
          {
            name,
            value: known ? Secret.of(asText(value)) : undefined,
            confidential: CONFIDENTIAL.test(name),
            isText: typeof value === 'string',
            from,
            variable,
            place,
            hides: hides.map((below) => ({
              from: below.from,
              place: below.place,
              value: below.known ? Secret.of(asText(below.value)) : undefined,
            })),
          },
        ],
  );
}
