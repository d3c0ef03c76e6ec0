import type { Rule } from '../rule.ts';
import { argumentMalformed } from './argument-malformed.ts';
import { authCacheTtl } from './auth-cache-ttl.ts';
import { cacheIsOptIn } from './cache-is-opt-in.ts';
import { cacheParamsUnknownKey } from './cache-params-unknown-key.ts';
import { cacheSettingsMisplaced } from './cache-settings-misplaced.ts';
import { cacheSwitchNotBoolean } from './cache-switch-not-boolean.ts';
import { cacheTypeMissing } from './cache-type-missing.ts';
import { callTypes } from './call-types.ts';
import { clientFails } from './client-fails.ts';
import { clusterSettings } from './cluster-settings.ts';
import { configNotFound } from './config-not-found.ts';
import { diskCacheRemoved } from './disk-cache-removed.ts';
import { environmentDiffers } from './environment-differs.ts';
import { evictionPolicy } from './eviction-policy.ts';
import { evidenceMissing } from './evidence-missing.ts';
import { gatewayDiffers } from './gateway-differs.ts';
import { hostMalformed } from './host-malformed.ts';
import { iamWithPassword } from './iam-with-password.ts';
import { knownBadRelease } from './known-bad-release.ts';
import { litellmUnrecognised } from './litellm-unrecognised.ts';
import { localCacheWithSeveralWorkers } from './local-cache-with-several-workers.ts';
import { metricsMissing } from './metrics-missing.ts';
import { modelNameShared } from './model-name-shared.ts';
import { noMemoryLimit } from './no-memory-limit.ts';
import { noPoolLimit } from './no-pool-limit.ts';
import { passwordCut } from './password-cut.ts';
import { passwordInCommand } from './password-in-command.ts';
import { passwordInUserSlot } from './password-in-user-slot.ts';
import { passwordMalformed } from './password-malformed.ts';
import { passwordShared } from './password-shared.ts';
import { passwordWeak } from './password-weak.ts';
import { plaintextPassword } from './plaintext-password.ts';
import { publishedPortInside } from './published-port-inside.ts';
import { redisIdleTimeout } from './redis-idle-timeout.ts';
import { redisLoginRefused } from './redis-login-refused.ts';
import { redisNotDurable } from './redis-not-durable.ts';
import { redisNotReachable } from './redis-not-reachable.ts';
import { redisPortMismatch } from './redis-port-mismatch.ts';
import { redisPortOpen } from './redis-port-open.ts';
import { redisShared } from './redis-shared.ts';
import { redisTlsMismatch } from './redis-tls-mismatch.ts';
import { redisTooOld } from './redis-too-old.ts';
import { redisUrlHidesAddress } from './redis-url-hides-address.ts';
import { redisUrlWithoutPassword } from './redis-url-without-password.ts';
import { redisUserTooPowerful } from './redis-user-too-powerful.ts';
import { redisWithoutHealthcheck } from './redis-without-healthcheck.ts';
import { redisWithoutPassword } from './redis-without-password.ts';
import { releaseNotPinned } from './release-not-pinned.ts';
import { remoteWithoutTls } from './remote-without-tls.ts';
import { routerRedis } from './router-redis.ts';
import { secretFileExposed } from './secret-file-exposed.ts';
import { semanticCache } from './semantic-cache.ts';
import { sentinelSettings } from './sentinel-settings.ts';
import { settingTooNew } from './setting-too-new.ts';
import { shellStyleReference } from './shell-style-reference.ts';
import { socketTimeout } from './socket-timeout.ts';
import { sslFalse } from './ssl-false.ts';
import { tlsDiffers } from './tls-differs.ts';
import { tlsNotVerified } from './tls-not-verified.ts';
import { transactionBuffer } from './transaction-buffer.ts';
import { ttl } from './ttl.ts';
import { variableNotRead } from './variable-not-read.ts';
import { variableOnlyInEnvFile } from './variable-only-in-env-file.ts';
import { variableStaysText } from './variable-stays-text.ts';
import { variableUndefined } from './variable-undefined.ts';
import { verboseLogging } from './verbose-logging.ts';
import { writeBatching } from './write-batching.ts';

/** Every rule, in the groups and the order of docs/doctor/README.md. */
export const RULE_GROUPS: readonly { title: string; rules: readonly Rule[] }[] = [
  {
    title: 'What was not found',
    rules: [configNotFound, evidenceMissing, litellmUnrecognised],
  },
  {
    title: 'Which Redis LiteLLM uses',
    rules: [
      redisUrlWithoutPassword,
      redisUrlHidesAddress,
      redisPortMismatch,
      environmentDiffers,
      clientFails,
      hostMalformed,
      argumentMalformed,
      settingTooNew,
      cacheParamsUnknownKey,
      cacheTypeMissing,
      cacheSwitchNotBoolean,
      cacheSettingsMisplaced,
      variableNotRead,
      variableStaysText,
      variableUndefined,
      variableOnlyInEnvFile,
      shellStyleReference,
    ],
  },
  {
    title: 'Secrets and who gets in',
    rules: [
      plaintextPassword,
      passwordShared,
      passwordWeak,
      passwordInCommand,
      secretFileExposed,
      passwordMalformed,
      passwordInUserSlot,
      redisLoginRefused,
      passwordCut,
      redisWithoutPassword,
      redisPortOpen,
      redisUserTooPowerful,
      remoteWithoutTls,
      tlsDiffers,
      tlsNotVerified,
      sslFalse,
      verboseLogging,
    ],
  },
  {
    title: 'Networks and topologies',
    rules: [
      publishedPortInside,
      redisNotReachable,
      redisTlsMismatch,
      clusterSettings,
      sentinelSettings,
      iamWithPassword,
      routerRedis,
      redisShared,
      gatewayDiffers,
    ],
  },
  {
    title: 'Connections, timeouts and releases',
    rules: [socketTimeout, noPoolLimit, redisIdleTimeout, redisWithoutHealthcheck, redisTooOld, knownBadRelease, releaseNotPinned],
  },
  {
    title: 'What is cached',
    rules: [diskCacheRemoved, localCacheWithSeveralWorkers, ttl, callTypes, cacheIsOptIn, writeBatching, semanticCache, modelNameShared],
  },
  {
    title: 'Memory, limits and metrics',
    rules: [noMemoryLimit, evictionPolicy, redisNotDurable, transactionBuffer, authCacheTtl, metricsMissing],
  },
];

export const RULES: readonly Rule[] = RULE_GROUPS.flatMap(({ rules }) => rules);
