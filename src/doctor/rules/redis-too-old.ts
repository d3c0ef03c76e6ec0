import { image } from '../facts/image.ts';
import { allServers, serverRelease } from '../facts/redis-server.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const redisTooOld: Rule = {
  id: 'redis-too-old',
  severity: 'medium',
  needs: ['compose', 'kubernetes', 'live'],
  title: 'Redis is older than LiteLLM needs',
  check(setup) {
    const version = setup.live?.redis?.version;
    const live: Finding[] =
      version !== undefined && Number(version.split('.')[0]) < 7 && /^[\d.]{1,16}$/.test(version)
        ? [finding({ source: 'the running Redis' }, version)]
        : [];
    const images = allServers(setup).flatMap((server): Finding[] => {
      const release = serverRelease(server)?.filter((number) => number !== undefined);
      const redis = /^redis/.test(image(server.image ?? '').name);
      return release?.[0] === undefined || !redis || release[0] >= 7 ? [] : [finding(server.imagePlace, release.join('.'))];
    });
    return [...live, ...images];
  },
};

function finding(place: Finding['place'], version: string): Finding {
  return {
    place,
    message: `Redis ${version} is older than 7.0`,
    consequence:
      'LiteLLM documents 7.0 as the least: older servers refuse LPOP with a count, which the spend queues need, and get no security fixes.',
    fix: 'use 7.4, 8 or Valkey 8',
  };
}
