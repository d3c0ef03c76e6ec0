/** The variable with the address of an exporter, which serves its runbooks. */
export const EXPORTER_URL = '${exporter_url:raw}';

/** The alerts of the shipped rules that a person has to act on; panels lead to their runbooks. */
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
  return `${EXPORTER_URL}/runbooks/${alert}`;
}
