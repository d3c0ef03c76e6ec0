import { RELEASES } from '../../litellm/releases.ts';
import { cachesInRedis } from '../facts/cache-settings.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { isOlderThan } from '../facts/release.ts';
import { destination } from '../facts/stated-addresses.ts';
import { isTrue } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

const METHODS: Readonly<Record<string, string>> = {
  gcp_service_account: 'Google IAM',
  azure_redis_ad_token: 'Microsoft Entra',
  aws_iam_auth: 'AWS IAM',
};

export const iamWithPassword: Rule = {
  id: 'iam-with-password',
  severity: 'medium',
  needs: ['litellm'],
  title: 'a cloud identity for Redis is mixed with a password, plain text, or a cluster that breaks it',
  check(setup) {
    if (!cachesInRedis(setup)) return [];
    const settings = redisSettings(setup).filter(({ name }) => name.startsWith('cache_params.'));
    const method = settings.find(({ key, value }) => key in METHODS && (key === 'gcp_service_account' || isTrue(value)));
    if (method === undefined) return [];
    const label = METHODS[method.key];
    const findings: Finding[] = settings
      .filter(({ key }) => key === 'password' || (key === 'username' && method.key === 'gcp_service_account'))
      .map(({ name, place }) => ({
        place,
        message: `${name} together with ${label}`,
        consequence: 'Two ways to log in: depending on the release one is dropped, or the client fails where it is made.',
        fix: `remove ${name}, or ${method.key}`,
        related: [{ place: method.place, message: `${label} is switched on here` }],
      }));
    const to = destination(setup, 'cache');
    if (to !== undefined && !to.tls) {
      findings.push({
        place: method.place,
        message: `${label} without TLS`,
        consequence: 'The token crosses the network in plain text; AWS refuses it and LiteLLM does not start.',
        fix: 'add ssl: true, or rediss:// in the url',
      });
    }
    const cluster = settings.find(({ key }) => key === 'redis_startup_nodes' || key === 'startup_nodes');
    if (cluster !== undefined && method.key === 'gcp_service_account' && isOlderThan(setup, RELEASES.gcp_token_renewed) === true) {
      findings.push({
        place: method.place,
        message: `Google IAM with a cluster on LiteLLM ${setup.release?.version}`,
        consequence: 'The token is fetched once at start: about an hour later every new connection is refused.',
        fix: 'update LiteLLM to 1.83.3 or newer',
      });
    }
    return findings;
  },
};
