import { cachesInRedis, namesRedis } from '../facts/cache-settings.ts';
import { processes } from '../facts/gateway.ts';
import { destination } from '../facts/stated-addresses.ts';
import { known, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const routerRedis: Rule = {
  id: 'router-redis',
  severity: 'medium',
  needs: ['litellm'],
  title: 'the router keeps its state in another Redis or database than the cache, or in none',
  check(setup) {
    const { litellm } = setup;
    if (litellm === undefined || !cachesInRedis(setup)) return [];
    const router = section(litellm.tree, 'router_settings');
    return router !== undefined && namesRedis(router, 'redis_') ? differing(setup) : missing(setup);
  },
};

function differing(setup: Setup): Finding[] {
  const { litellm } = setup;
  const cache = destination(setup, 'cache');
  const router = destination(setup, 'router');
  if (litellm === undefined || cache === undefined || router === undefined) return [];
  const settings = section(litellm.tree, 'router_settings') ?? {};
  if (router.host !== cache.host) {
    return [
      {
        place: router.place,
        message: `the router uses ${router.host}, the cache ${cache.host}`,
        consequence:
          'Cooldowns and rate limits are in one server, answers in the other; each has to be watched, and one of them is easily forgotten.',
        fix: 'name the same Redis, unless two are meant',
        related: [{ place: cache.place, message: 'the cache' }],
        severity: 'low',
      },
    ];
  }
  if (router.db === cache.db) return [];
  const written = known(setup, settings.redis_db);
  const ignored = written !== undefined && written !== router.db;
  return [
    {
      place: written === undefined ? router.place : litellm.place(['router_settings', 'redis_db']),
      message: `the router uses database ${router.db}, the cache database ${cache.db}${ignored ? ': this release does not read router_settings.redis_db' : ''}`,
      consequence: 'Cooldowns and answers are in two databases of one server: a look into one shows half, and FLUSHALL empties both.',
      fix: ignored
        ? 'use database 0 for the cache as well and separate by namespace, or update LiteLLM'
        : 'set router_settings.redis_db and cache_params.db alike; separate by namespace instead',
      related: [{ place: cache.place, message: 'the cache' }],
    },
  ];
}

function missing(setup: Setup): Finding[] {
  const { litellm } = setup;
  const most = processes(setup);
  if (litellm === undefined || most === undefined || most.gateway.replicas < 2) return [];
  if (namesRedis(section(litellm.tree, 'general_settings', 'coordination_redis'), '')) return [];
  const router = section(litellm.tree, 'router_settings') !== undefined;
  return [
    {
      place: litellm.place(router ? ['router_settings'] : ['litellm_settings', 'cache_params']),
      message: `router_settings names no Redis, with ${most.gateway.replicas} replicas`,
      consequence:
        'A deployment that fails is put aside by one replica and asked again by all others; limits of deployments are counted by each replica.',
      fix: 'add redis_host, redis_port and redis_password to router_settings, the same as in cache_params',
      related: [{ place: most.gateway.place, message: `${most.gateway.replicas} replicas` }],
    },
  ];
}
