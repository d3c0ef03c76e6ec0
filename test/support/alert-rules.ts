import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { shippedRules } from '../../deploy/local/alerting.ts';

/** An alert as a rule file writes it. */
export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  keep_firing_for?: string;
  labels: { severity: string; category?: string };
  annotations: Record<string, string>;
}

/** The alerts of the shipped rule files. */
export async function alertRules(): Promise<AlertRule[]> {
  const files = await Promise.all((await shippedRules()).map((file) => readFile(file, 'utf8')));
  return files
    .flatMap((text): { rules: Partial<AlertRule>[] }[] => parse(text).groups)
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is AlertRule => rule.alert !== undefined);
}

/** The labels with which an alert fires about the target `cache` and, unless it is about Redis alone, the gateway `litellm`. */
export function firingLabels({ alert, labels }: AlertRule): Record<string, string> {
  const { category } = labels;
  const isAboutGateway = alert === 'RedisAuthBreaksGateway' || category === 'cache' || category === 'slo' || category === 'users';
  return {
    alertname: alert,
    ...labels,
    ...(category === 'auth' || category === 'redis' || isAboutGateway ? { redis_target: 'cache' } : {}),
    ...(isAboutGateway ? { gateway: 'litellm' } : {}),
    ...(alert === 'RedisAuthFailing' ? { credential: 'litellm' } : {}),
  };
}
