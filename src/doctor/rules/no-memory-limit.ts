import { bytes, isDragonfly, memoryLimit, option, type RedisServer, redisServers } from '../facts/redis-server.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const noMemoryLimit: Rule = {
  id: 'no-memory-limit',
  severity: 'high',
  needs: ['compose', 'live'],
  title: 'Redis has no maxmemory, or one that its container does not allow',
  check(setup) {
    if (setup.live?.redis?.maxmemory === 0) {
      return [unlimited({ source: 'the running Redis' }, 'the running Redis')];
    }
    return redisServers(setup).flatMap((server): Finding[] => {
      if (isDragonfly(server)) return [];
      const limit = bytes(option(server, 'maxmemory'));
      const place = server.place.line === undefined ? server.service.place([]) : server.place;
      if (limit === undefined || limit === 0) return server.more ? [] : [unlimited(place, `service ${server.service.name}`)];
      return headroom(server, limit, place);
    });
  },
};

function unlimited(place: Finding['place'], what: string): Finding {
  return {
    place,
    message: `${what} has no maxmemory`,
    consequence: 'The cache grows until the kernel kills Redis or something beside it.',
    fix: 'add --maxmemory 384mb --maxmemory-policy allkeys-lru, about three quarters of what the container may use',
  };
}

function headroom(server: RedisServer, limit: number, place: Finding['place']): Finding[] {
  const container = memoryLimit(server);
  if (container === undefined || container > limit) return [];
  return [
    {
      place,
      message: `maxmemory of service ${server.service.name} is not below the memory that its container may use`,
      consequence: 'The kernel kills Redis before it begins to evict: buffers and copies on write come on top of maxmemory.',
      fix: 'set maxmemory to about three quarters of the limit of the container',
      severity: 'medium',
    },
  ];
}
