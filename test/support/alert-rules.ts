import { join } from 'node:path';
import { type Alert, readRules } from '../../scripts/rule-files.ts';

/** The alerts of the shipped rule files. */
export const ALERTS: readonly Alert[] = readRules(join(import.meta.dirname, '../..')).alerts;

/** The labels with which an alert fires about the target `cache` and, unless it is about Redis alone, the gateway `litellm`. */
export function firingLabels({ alert, labels }: Alert): Record<string, string> {
  const { category = '' } = labels;
  const isAboutGateway = alert === 'RedisAuthBreaksGateway' || ['cache', 'slo', 'users'].includes(category);
  return {
    alertname: alert,
    ...labels,
    ...(['auth', 'redis'].includes(category) || isAboutGateway ? { redis_target: 'cache' } : {}),
    ...(isAboutGateway ? { gateway: 'litellm' } : {}),
    ...(alert === 'RedisAuthFailing' ? { credential: 'litellm' } : {}),
  };
}
