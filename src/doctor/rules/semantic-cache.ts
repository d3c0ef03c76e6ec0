import { hasBehaviour } from '../../litellm/releases.ts';
import { isSection } from '../../source/section.ts';
import { cacheParams, cacheType, paramPath } from '../facts/cache-settings.ts';
import { removed, replaced } from '../facts/edit.ts';
import { endpoints } from '../facts/endpoints.ts';
import { image } from '../facts/image.ts';
import { redisServers, serverOf, serverRelease } from '../facts/redis-server.ts';
import { setting } from '../facts/stated-addresses.ts';
import { known, literal, quantity } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

const MIN_SIMILARITY = 0.85;

export const semanticCache: Rule = {
  id: 'semantic-cache',
  severity: 'high',
  needs: ['litellm'],
  title: 'the semantic cache answers other questions, or has no server or model to work with',
  check(setup) {
    const { litellm } = setup;
    const params = cacheParams(setup);
    const type = cacheType(setup);
    if (litellm === undefined || params === undefined || !type?.endsWith('-semantic')) return [];
    const similarity = quantity(known(setup, params.similarity_threshold));
    const findings: Finding[] = [];
    if (similarity !== undefined && similarity < MIN_SIMILARITY) {
      findings.push({
        place: litellm.place(paramPath('similarity_threshold')),
        message: `similarity_threshold is ${similarity}`,
        consequence: 'Questions that only look alike get the answer of one another.',
        fix: 'set it to 0.9 or more, and test it with questions that must not match',
      });
    }
    return [
      ...findings,
      ...embeddingModel(setup, type),
      ...dropped(setup, type),
      ...password(setup, type),
      ...library(setup, type),
      ...server(setup, type),
    ];
  },
};

function embeddingModel(setup: Setup, type: string): Finding[] {
  const { litellm } = setup;
  const list = litellm?.tree.model_list;
  const key = `${type.replace('-', '_')}_cache_embedding_model`;
  const model = known(setup, cacheParams(setup)?.[key]);
  if (litellm === undefined || !Array.isArray(list) || model === undefined || model.includes('/')) return [];
  if (list.some((entry: unknown) => isSection(entry) && literal(entry.model_name) === model)) return [];
  return [
    {
      place: litellm.place(paramPath(key)),
      message: `the embedding model ${JSON.stringify(model.slice(0, 60))} is not in model_list`,
      consequence: 'LiteLLM asks the provider directly for it, with the key of its environment, or every look-up fails.',
      fix: 'add it to model_list',
      severity: 'medium',
    },
  ];
}

/** What the client of a semantic cache does not take, and what follows; the rest only tunes a client. */
const LOST: Readonly<Record<string, string>> = {
  url: 'LiteLLM does not read the address in it: it takes host and port, or REDIS_HOST and REDIS_PORT.',
  ssl: 'The connection is plain text, or fails where the server wants TLS.',
  username: 'LiteLLM logs in as the user default.',
  db: 'The cache is in database 0.',
  startup_nodes: 'There is no client for a cluster.',
  redis_startup_nodes: 'There is no client for a cluster.',
  sentinel_nodes: 'Sentinels are not asked.',
  service_name: 'Sentinels are not asked.',
  sentinel_password: 'Sentinels are not asked.',
};
const TUNING = ['socket_timeout', 'socket_connect_timeout', 'max_connections', 'health_check_interval', 'ssl_cert_reqs', 'ssl_ca_certs'];

function dropped(setup: Setup, type: string): Finding[] {
  const { litellm } = setup;
  const params = cacheParams(setup);
  if (litellm === undefined || params === undefined || type === 'qdrant-semantic') return [];
  const off = (value: unknown) => value === null || value === false || value === 0 || value === '0' || value === 'false';
  return Object.entries(params).flatMap(([key, value]): Finding[] => {
    const isTaken = type === 'valkey-semantic' && (key === 'ssl' || key === 'redis_startup_nodes');
    const lost = Object.hasOwn(LOST, key) ? LOST[key] : undefined;
    if (isTaken || off(value) || (lost === undefined && !TUNING.includes(key))) return [];
    const isUrl = key === 'url' && params.redis_url === undefined;
    const place = litellm.place(paramPath(key));
    return [
      {
        place,
        message: `a ${type} cache does not take ${key}`,
        consequence: `LiteLLM drops it without a word. ${lost ?? 'The client has the defaults of its library.'}`,
        fix: isUrl
          ? 'name it redis_url'
          : lost === undefined
            ? 'remove it'
            : 'remove it, and put it into redis_url: rediss://USER:PASSWORD@HOST:PORT/DB',
        severity: lost === undefined ? 'low' : undefined,
        edits: isUrl ? replaced(setup, place, 'url:', 'redis_url:') : lost === undefined ? removed(setup, place) : undefined,
      },
    ];
  });
}

/** The password goes into a URL as it is written. */
function password(setup: Setup, type: string): Finding[] {
  const found = setting(setup, 'semantic', 'password');
  const text = found?.value?.reveal();
  if (type !== 'redis-semantic' || found === undefined || text === undefined || !/[/?#[\]]|%[0-9a-f]{2}/i.test(text)) return [];
  return [
    {
      place: found.place,
      message: `the password in ${found.from} has a character that breaks the url of a redis-semantic cache`,
      consequence: 'LiteLLM writes it into redis://:PASSWORD@HOST:PORT unescaped: the url ends there or changes, and no look-up works.',
      fix: 'use a password of letters and digits, or redis_url with the password escaped',
    },
  ];
}

/** LiteLLM 1.104.2 to 1.110.2 import a module that redis-py 8 has renamed; which redis-py is installed the evidence does not tell. */
function library(setup: Setup, type: string): Finding[] {
  const { litellm } = setup;
  if (litellm === undefined || type !== 'valkey-semantic' || hasBehaviour(setup.release?.version, 'arguments_typed') === false) return [];
  return [
    {
      place: litellm.place(paramPath('type')),
      message: 'a valkey-semantic cache needs a redis-py before 8',
      consequence:
        'With redis-py 8, which an installation without pins gets, LiteLLM stops at its start: No module named redis.commands.search.indexDefinition.',
      fix: 'see that redis-py 7 or older is installed beside LiteLLM, or use redis-semantic with Redis 8',
      severity: 'medium',
    },
  ];
}

function server(setup: Setup, type: string): Finding[] {
  if (type === 'qdrant-semantic') return [];
  const [to] = endpoints(setup, 'semantic');
  const own = to === undefined ? undefined : serverOf(setup, to.host);
  const lazy = type === 'valkey-semantic' ? true : hasBehaviour(setup.release?.version, 'semantic_index_is_lazy');
  return (own === undefined ? (to === undefined ? redisServers(setup) : []) : [own]).flatMap((redis): Finding[] => {
    const release = serverRelease(redis);
    const searches = /stack|bundle/.test(image(redis.service.image ?? '').name) || redis.options.has('loadmodule');
    const isRedis = /^redis$/.test(image(redis.service.image ?? '').name);
    if (searches || release === undefined || !isRedis || release[0] >= 8) return [];
    return [
      {
        place: redis.service.place(['image']),
        message: `service ${redis.service.name} has no search module`,
        consequence:
          lazy === false
            ? 'LiteLLM makes the index when it starts: unknown command FT.CREATE, and the gateway does not start.'
            : `LiteLLM makes the index with the first request: unknown command FT.CREATE. The gateway starts and looks healthy, and no answer is cached.${lazy === undefined ? ' Releases before 1.91.0 do not start.' : ''}`,
        fix: type === 'valkey-semantic' ? 'use valkey/valkey-bundle' : 'use redis:8 or redis/redis-stack-server',
      },
    ];
  });
}
