/** Where the project is published; the runbooks of the alerts are in its docs. */
export const PROJECT = 'https://github.com/litellm-cache-exporter/litellm-cache-exporter';

/** The alerts whose runbooks panels lead to. */
export const RUNBOOK = [
  'RedisAuthFailing',
  'RedisAuthRejected',
  'RedisAuthMissing',
  'RedisPermissionDenied',
  'RedisAuthBreaksGateway',
  'RedisAuthFlapping',
  'RedisAuthNotRequired',
  'CacheRedisPathBroken',
  'CacheWrongAnswers',
  'GatewayUnreachable',
  'CachePartial',
  'CacheNotMeasurable',
  'CacheVerdictUnknown',
  'CacheNotShared',
  'CacheErrorBudgetBurnFast',
  'RedisDown',
  'RedisMemoryFull',
  'RedisEvicting',
  'RedisRejectingConnections',
  'RedisClientsNearLimit',
  'RedisConnectionChurn',
  'RedisSlowCommands',
  'RedisPersistenceFailing',
  'RedisReplicationLinkDown',
  'RedisKeysWithoutTtlGrowing',
  'RedisCertificateExpiring',
  'CacheHitRatioLow',
  'CacheHitLatencyHigh',
  'CacheSpeedupLow',
  'CacheTtlUnexpected',
  'ProbeBudgetExhausted',
  'ProbeStale',
  'CacheExporterDown',
  'CacheExporterConfigReloadFailed',
  'CacheExporterTraceExportFailing',
] as const;
export type Runbook = (typeof RUNBOOK)[number];

/** The page that says what an alert means and what to do. */
export function runbookUrl(alert: string): string {
  return `${PROJECT}/blob/main/docs/runbooks/${alert}.md`;
}
