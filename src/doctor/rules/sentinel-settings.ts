import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';
import { cacheParams, cachesInRedis, paramPath } from '../subject/cache-settings.ts';
import { destination, setting } from '../subject/claims.ts';
import { environmentIsKnown } from '../subject/gateway.ts';
import { isOlderThan } from '../subject/release.ts';

export const sentinelSettings: Rule = {
  id: 'sentinel-settings',
  severity: 'high',
  needs: ['litellm', 'environment'],
  title: 'Redis Sentinel is configured by half, or its port is used as that of a data server',
  check(setup) {
    if (setup.litellm === undefined || !cachesInRedis(setup)) return [];
    const nodes = cacheParams(setup)?.sentinel_nodes !== undefined || setup.environment.get('REDIS_SENTINEL_NODES') !== undefined;
    return nodes ? sentinel(setup) : port(setup);
  },
};

function port(setup: Setup): Finding[] {
  const to = destination(setup, 'cache');
  if (to?.port !== '26379') return [];
  return [
    {
      place: to.place,
      message: `${to.host}:26379 is the port of a Sentinel, not of a data server`,
      consequence: 'A Sentinel does not know GET and SET: every cache operation fails.',
      fix: 'set sentinel_nodes and service_name below cache_params, or the address of the data server',
    },
  ];
}

function sentinel(setup: Setup): Finding[] {
  const params = cacheParams(setup) ?? {};
  const { litellm } = setup;
  if (litellm === undefined) return [];
  const place = litellm.place(paramPath('sentinel_nodes'));
  const findings: Finding[] = [];
  if (environmentIsKnown(setup) && params.service_name === undefined && setup.environment.get('REDIS_SERVICE_NAME') === undefined) {
    findings.push({
      place,
      message: 'sentinel_nodes without service_name',
      consequence: 'LiteLLM does not use the Sentinels: it makes a plain client and fails for want of a host.',
      fix: 'add service_name: the name that the Sentinels monitor, often mymaster',
    });
  }
  const password = params.password ?? setup.environment.get('REDIS_PASSWORD');
  const sentinelPassword = params.sentinel_password ?? setup.environment.get('REDIS_SENTINEL_PASSWORD');
  if (environmentIsKnown(setup) && sentinelPassword !== undefined && password === undefined && isOlderThan(setup, [1, 84, 0]) !== false) {
    findings.push({
      place: params.sentinel_password === undefined ? place : litellm.place(paramPath('sentinel_password')),
      message: 'sentinel_password without a password for the data server',
      consequence: 'The Sentinels let LiteLLM in and the data server answers NOAUTH; older releases send it the password of the Sentinels.',
      fix: 'set password as well',
    });
  }
  const db = setting(setup, 'cache', 'db');
  const number = db?.value?.reveal();
  if (db !== undefined && number !== undefined && number !== '0') {
    findings.push({
      place: db.place,
      message: `database ${number} together with Sentinel`,
      consequence: 'The number reaches the connection to the Sentinels, which do not know SELECT.',
      fix: 'use database 0, and separate by namespace',
      severity: 'medium',
    });
  }
  return findings;
}
