/** Where the project is published; the runbooks of the alerts are in its docs. */
export const PROJECT = 'https://github.com/litellm-cache-exporter/litellm-cache-exporter';

/** The alerts of the shipped rules that somebody has to act on; panels lead to their runbooks. */
export const RUNBOOK = [
  'RedisAuthFailing',
  'RedisAuthRejected',
  'RedisAuthMissing',
  'RedisPermissionDenied',
  'RedisAuthBreaksGateway',
  'RedisAuthFlapping',
  'RedisSecretUnreadable',
  'RedisAuthNotRequired',
  'CacheRedisPathBroken',
  'CacheWrongAnswers',
  'GatewayUnreachable',
  'CachePartial',
  'CacheDisabled',
  'CacheLocal',
  'CacheControlFailed',
  'CacheNotMeasurable',
  'CacheVerdictUnknown',
  'CacheNotShared',
  'CacheErrorBudgetBurnFast',
  'CacheErrorBudgetBurnSlow',
  'RedisDown',
  'RedisMemoryFull',
  'RedisEvicting',
  'RedisRejectingConnections',
  'RedisClientsNearLimit',
  'RedisConnectionChurn',
  'RedisSlowCommands',
  'RedisPersistenceFailing',
  'RedisReplicationLinkDown',
  'RedisClusterDown',
  'RedisKeysWithoutTtlGrowing',
  'RedisCertificateExpiring',
  'CacheHitRatioLow',
  'CacheHitLatencyHigh',
  'CacheSpeedupLow',
  'CacheTtlUnexpected',
  'ProbeBudgetExhausted',
  'ProbeStale',
  'CacheExporterDown',
  'CacheExporterAbsent',
  'CacheExporterConfigReloadFailed',
  'CacheExporterTraceExportFailing',
] as const;
export type Runbook = (typeof RUNBOOK)[number];

/** The page that says what an alert means and what to do. */
export function runbookUrl(alert: string): string {
  return `${PROJECT}/blob/main/docs/runbooks/${alert}.md`;
}
