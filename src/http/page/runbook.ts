import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cause, Verdict } from '../../model/cache.ts';
import { plain, type TextResponse } from '../server/response.ts';

/** The runbook that a verdict leads to; none where there is nothing to do. */
const OF_VERDICT: Readonly<Partial<Record<Verdict, string>>> = {
  partial: 'CachePartial',
  memory_only: 'CacheRedisPathBroken',
  not_caching: 'CacheRedisPathBroken',
  not_in_redis: 'CacheRedisPathBroken',
  wrong_answers: 'CacheWrongAnswers',
  local: 'CacheLocal',
  disabled: 'CacheDisabled',
  not_measurable: 'CacheNotMeasurable',
  unreachable: 'GatewayUnreachable',
  unknown: 'CacheVerdictUnknown',
};

/** The runbook of a cause, where it is nearer than that of the verdict. */
const OF_CAUSE: Readonly<Partial<Record<Cause, string>>> = {
  redis_auth: 'RedisAuthBreaksGateway',
  redis_permission: 'RedisPermissionDenied',
  redis_unreachable: 'RedisDown',
  redis_timeout: 'RedisDown',
  redis_out_of_memory: 'RedisMemoryFull',
  redis_max_clients: 'RedisRejectingConnections',
  redis_persistence_error: 'RedisPersistenceFailing',
  evicted: 'RedisEvicting',
};

const FOLDER = join(import.meta.dirname, '../../../docs/runbooks');

/** The name of the runbook for a verdict with its cause; undefined where nothing has to be done. */
export function runbookFor(verdict: Verdict, cause: Cause): string | undefined {
  return verdict === 'working' ? undefined : (OF_CAUSE[cause] ?? OF_VERDICT[verdict]);
}

/** A runbook as it comes with the package, in plain text, so that it can be read where nothing else can be reached. */
export async function runbook(name: string): Promise<TextResponse> {
  const known = /^[A-Za-z]{1,64}$/.test(name) ? await readFile(join(FOLDER, `${name}.md`), 'utf8').catch(() => undefined) : undefined;
  return known === undefined
    ? plain(404, 'There is no such runbook. Alerts and this page name those that there are.')
    : plain(200, known.trimEnd());
}
