import { cacheIsOn, cachesInRedis } from '../facts/cache-settings.ts';
import { replaced } from '../facts/edit.ts';
import { isDragonfly, option, type RedisServer, redisServers } from '../facts/redis-server.ts';
import { isTrue, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const evictionPolicy: Rule = {
  id: 'eviction-policy',
  severity: 'high',
  needs: ['compose', 'live'],
  title: 'a full Redis refuses the answers, or evicts the spend records',
  check(setup) {
    if (!cacheIsOn(setup) || !cachesInRedis(setup)) return [];
    const buffers = isTrue(section(setup.litellm?.tree, 'general_settings')?.use_redis_transaction_buffer);
    const running = setup.live?.redis;
    const live: Finding[] =
      running?.policy === 'noeviction' && (running.maxmemory ?? 0) > 0 && !buffers
        ? [refuses({ source: 'the running Redis' }, 'the running Redis')]
        : [];
    const written = redisServers(setup).flatMap((server): Finding[] => {
      if (isDragonfly(server)) return isTrue(option(server, 'cache-mode') || 'false') || buffers ? [] : [ofDragonfly(server)];
      const policy = option(server, 'maxmemory-policy');
      const limited = server.options.has('maxmemory') && option(server, 'maxmemory') !== '0';
      const what = `service ${server.service.name}`;
      if (limited && !server.more && (policy === undefined || policy === 'noeviction') && !buffers) {
        const edits = policy === undefined ? undefined : replaced(setup, server.place, 'noeviction', 'allkeys-lru');
        return [{ ...refuses(server.place, what), edits }];
      }
      if (policy?.startsWith('allkeys-') !== true || !buffers) return [];
      return [
        {
          place: server.place,
          message: `${what} evicts any key, and holds the spend records of LiteLLM as well`,
          consequence: 'When memory is short, spend that is not yet in the database is thrown away with old answers.',
          fix: 'use a second Redis with noeviction as general_settings.coordination_redis, or volatile-lru',
        },
      ];
    });
    return [...live, ...written];
  },
};

function ofDragonfly(server: RedisServer): Finding {
  const place = server.place.line === undefined ? server.imagePlace : server.place;
  return { ...refuses(place, `service ${server.service.name}`), fix: 'add --cache_mode=true: Dragonfly has no maxmemory-policy' };
}

function refuses(place: Finding['place'], what: string): Finding {
  return {
    place,
    message: `${what} evicts nothing when its memory is full`,
    consequence: 'From then on every write is refused with OOM: LiteLLM logs it, answers, and caches nothing.',
    fix: 'add --maxmemory-policy allkeys-lru',
  };
}
