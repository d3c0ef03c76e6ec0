import { sample } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import { censusSamples, takeCensus } from '../../census/census.ts';
import type { CensusConfig } from '../../config/effective.ts';
import type { TargetStatus } from '../../model/status.ts';
import type { Log, Tick } from '../../model/tick.ts';
import { type KeySample, sampleKeys } from '../../redis/census.ts';
import type { Cluster } from '../../redis/connection/cluster.ts';
import { type RedisError, settle } from '../../redis/connection/failure.ts';
import type { Target } from '../../redis/connection/target.ts';
import { isForGood } from '../../redis/connection/unanswered.ts';
import { waitForOwnCredential } from '../../redis/connection/wait-for-credential.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Job } from '../../schedule/job.ts';
import { sampleMasters } from './cluster/census.ts';

/** The census of a target: its job for the scheduler, and its part of what the page shows of the target. */
export interface CensusWatch {
  readonly job: Job;
  status(): Pick<TargetStatus, 'census' | 'censusDetail'>;
}

/** What a census works with. Its parts of the series are `census`, which goes stale, and `census_run`, which lasts. */
export interface CensusWatchOptions {
  config: CensusConfig;
  target: Target | Cluster;
  series: Series;
  log: Log;
  clock: Clock;
}

/** A census takes milliseconds; this is for a server that is slow or far away. */
const LONGEST_MS = 10_000;
/** The first scrape, which tries the credential, begins within a second of the start, of hundreds of targets within some more. */
const PATIENCE_MS = 8_000;

/**
 * Takes a census of the target's database, or of all masters of a cluster, in each tick, on connections of its own, while the exporter's
 * credential is accepted. A server that refuses one of the commands is asked again at the next tick, with
 * one command, and that is no failure.
 */
export function createCensusWatch({ config, target, series, log, clock }: CensusWatchOptions): CensusWatch {
  const redis_target = target.config.name;
  let status: Pick<TargetStatus, 'census' | 'censusDetail'> = {};
  let refused = false;

  async function run(tick: Tick): Promise<void> {
    tick.note({ redis_target, 'server.address': target.address });
    if (!(await waitForOwnCredential(target, PATIENCE_MS, clock, tick.signal))) {
      withdraw('the credential of the exporter is not accepted');
      return;
    }
    const sampled = await settle(tick.step('sample', () => takeSample(tick.signal)));
    if (sampled.ok) publish(sampled.value, tick);
    // A tick that was stopped has shown nothing; one that ran out of time has.
    else if (!tick.signal.aborted || sampled.error.failure === 'timeout') withdraw(sampled.error.message);
    noteRefusal(sampled.ok ? undefined : sampled.error);
    if (!sampled.ok && !isForGood(sampled.error)) throw sampled.error;
  }

  async function takeSample(signal: AbortSignal): Promise<KeySample[]> {
    if ('nodes' in target) return sampleMasters(target, config.sample, signal);
    const redis = await target.open(target.credential, signal);
    try {
      return [await sampleKeys(target, redis, config.sample, signal)];
    } finally {
      redis.disconnect();
    }
  }

  function publish(samples: readonly KeySample[], tick: Tick): void {
    const at = clock.now();
    const taken = takeCensus(samples, 'nodes' in target ? 0 : target.database, at);
    series.replace('census', censusSamples(taken), at);
    series.replace('census_run', [sample('redis.census.last_run.timestamp', {}, at / 1_000)], at);
    status = { census: taken.census };
    tick.note({ 'census.keys': taken.census.keys, 'census.sampled': taken.census.sampled });
  }

  function withdraw(censusDetail: string): void {
    series.replace('census', [], clock.now());
    status = { censusDetail };
  }

  function noteRefusal(error: RedisError | undefined): void {
    const now = error !== undefined && isForGood(error);
    if (now && !refused)
      log.info({ redis_target, error: error.message }, 'The server refuses a command of the census; the census is left out');
    if (error === undefined && refused) log.info({ redis_target }, 'The server allows the commands of the census again');
    refused = error === undefined ? false : refused || now;
  }

  return {
    job: { name: `census ${redis_target}`, interval: config.interval, timeout: Math.min(LONGEST_MS, config.interval * 0.8), run },
    status: () => status,
  };
}
