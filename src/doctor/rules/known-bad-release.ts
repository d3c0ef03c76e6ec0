import { KNOWN_BAD, type KnownBad } from '../../litellm/releases.ts';
import { compareVersions, parseVersion } from '../../source/version.ts';
import { redisUrl } from '../facts/address.ts';
import { cacheParams, cachesInRedis, cacheType } from '../facts/cache-settings.ts';
import { processes } from '../facts/gateway.ts';
import { setting } from '../facts/stated-addresses.ts';
import { texts } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const knownBadRelease: Rule = {
  id: 'known-bad-release',
  severity: 'high',
  needs: ['release'],
  title: 'this release of LiteLLM has a defect that concerns this setup',
  check(setup) {
    const { release } = setup;
    const own = parseVersion(release?.version ?? '');
    if (release === undefined || own === undefined) return [];
    return KNOWN_BAD.filter(
      ({ since, fixed }) =>
        (since === undefined || compareVersions(own, since) >= 0) && (fixed === undefined || compareVersions(own, fixed) < 0),
    )
      .filter((defect) => MATTERS[defect.when](setup))
      .map(
        ({ what, consequence, severity, fixed, fix }): Finding => ({
          place: release.place,
          message: `LiteLLM ${release.version} ${what}`,
          consequence,
          fix: fix ?? (fixed === undefined ? 'use a release before it' : `use ${fixed.join('.')} or newer`),
          severity,
        }),
      );
  },
};

const MATTERS: Readonly<Record<KnownBad['when'], (setup: Setup) => boolean>> = {
  always: () => true,
  redis: cachesInRedis,
  url_without_tls(setup) {
    const url = setting(setup, 'cache', 'url')?.value;
    return url !== undefined && redisUrl(url.reveal())?.scheme === 'redis';
  },
  embeddings: (setup) => cacheType(setup) !== undefined && caches(setup, 'aembedding'),
  semantic: (setup) => cacheType(setup)?.endsWith('-semantic') === true,
  cluster: (setup) => cacheParams(setup)?.redis_startup_nodes !== undefined || setup.environment.get('REDIS_CLUSTER_NODES') !== undefined,
  responses: (setup) => cacheType(setup) !== undefined && texts(cacheParams(setup)?.supported_call_types).includes('aresponses'),
  several_workers: (setup) => (processes(setup)?.count ?? 1) > 1,
};

function caches(setup: Setup, type: string): boolean {
  const types = cacheParams(setup)?.supported_call_types;
  return types === undefined || texts(types).includes(type);
}
