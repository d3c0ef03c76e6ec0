import { combinations, type Sample, sample } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import { modeOf } from '../../collectors/server.ts';
import type { Credential, TargetConfig } from '../../config/effective.ts';
import { type AuthState, type Mode, REPLY_REFUSAL } from '../../model/redis.ts';
import type { TargetStatus } from '../../model/status.ts';
import type { Log, Tick } from '../../model/tick.ts';
import { type RedisError, settle } from '../../redis/connection/failure.ts';
import type { Target } from '../../redis/connection/target.ts';
import { type ClusterInfo, servesAll } from '../../redis/replies/cluster/info.ts';
import type { Query } from '../../redis/replies/query.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Job } from '../../schedule/job.ts';
import { createRefusalAttribution } from './attribution.ts';
import { createScrapeConnection } from './connection.ts';
import { type CanaryResult, createCredentialWatch, isUsable } from './credential.ts';
import { factsOf, runIdOf, type TargetFacts } from './facts.ts';
import { createPasswordCheck } from './password-required.ts';
import { createRefusedClients } from './refused-clients.ts';
import { type Scrape, scrapeServer } from './scrape.ts';
import { createSentinelReport } from './sentinel.ts';
import { unseenOf } from './unseen.ts';

/** A watched target: its job for the scheduler, and what the page shows of it. */
export interface TargetWatch {
  readonly job: Job;
  status(): TargetStatus;
  /** Closes its connections. The job must not run any more. */
  close(): Promise<void>;
}

/** The watch of one server. */
export interface ServerWatch extends TargetWatch {
  /** How it runs, by its own word; undefined while it cannot be read. */
  readonly mode: Mode | undefined;
  /** How the server sees its cluster; undefined where it is in none, or could not be asked. */
  readonly clusterInfo: ClusterInfo | undefined;
  /** Asks the server on the connection that is kept; undefined when it refuses, or when there is no connection. */
  ask<T>(query: Query<T>, signal: AbortSignal): Promise<T | undefined>;
  /** The questions that the server refuses, and whether a right is missing; otherwise it does not know the command. */
  refused(): ReadonlyMap<string, boolean>;
}

/** What a watch works with. `onRecovery` is called when a credential or the server is usable again. */
export interface TargetWatchOptions {
  config: TargetConfig;
  target: Target;
  series: Series;
  log: Log;
  clock: Clock;
  onRecovery: () => void;
  /** The watch runs once and is one of many, as in `probe`: nothing is asked that shows in the monitoring of others. */
  once?: boolean | undefined;
  /** How many series one scrape may give, of a node of a cluster, whose watch publishes what concerns the cluster. */
  room?: (() => number) | undefined;
}

type Outcome = Pick<TargetStatus, 'up' | 'failure' | 'detail' | 'traceId'>;

/**
 * Watches one Redis server. Each tick tries every credential once on a fresh connection, then asks
 * everything that the collectors need on the connection that is kept, in one pipeline.
 */
export function createTargetWatch(options: TargetWatchOptions): ServerWatch {
  const { config, target, series, log, clock, onRecovery, once = false, room } = options;
  const exporter = createCredentialWatch(target.credential, target, series, log, clock);
  const others = config.canaries.map((credential) => createCredentialWatch(credential, target, series, log, clock));
  const credentials = [exporter, ...others];
  const connection = createScrapeConnection(target, log);
  const attribution = createRefusalAttribution(target, series);
  const refused = createRefusedClients(target, log, clock);
  const password = createPasswordCheck(target, clock, once);
  const sentinels = createSentinelReport(target, series);
  const parts = {
    target,
    series,
    clock,
    connection,
    attribution,
    refused,
    room: room ?? (() => config.max_series),
    isNode: room !== undefined,
  };
  let outcome: Outcome = {};
  let facts: TargetFacts & Pick<TargetStatus, 'clusterOk' | 'lastScrapeAt' | 'scrapeSeconds'> = {};
  let unseen: string[] | undefined;
  let [mode, clusterInfo]: [Mode?, ClusterInfo?] = [];
  const counted = { length: 0, depth: 0, type: 0 };
  for (const labels of combinations('redis.scrape.failures', {})) series.add('redis.scrape.failures', labels, 0);
  series.add('cache_exporter.series.dropped', {}, 0);
  countRefused();

  async function run(tick: Tick): Promise<void> {
    tick.note({ redis_target: config.name, 'server.address': target.address });
    const start = clock.monotonic();
    const troublesBefore = troubles();
    const canary = await exporter.attempt(tick);
    const scraped = await settle(scrape(tick, canary));
    attribution.countOwn();
    sentinels.count();
    countRefused();
    // A tick that was stopped has shown nothing; one that ran out of time has.
    if (!scraped.ok && tick.signal.aborted && scraped.error.failure !== 'timeout') throw scraped.error;
    const at = clock.now();
    const seconds = (clock.monotonic() - start) / 1_000;
    series.observe('redis.scrape.duration', { outcome: scraped.ok ? 'success' : 'failure' }, seconds, tick.traceId);
    if (scraped.ok) publish(scraped.value, at, seconds);
    else withdraw(scraped.error, at);
    const error = scraped.ok ? undefined : scraped.error;
    target.state = {
      at,
      up: canary.answered,
      failure: error?.failure,
      runId: scraped.ok ? runIdOf(scraped.value.info) : undefined,
      clusterOk: scraped.ok ? scraped.value.cluster && servesAll(scraped.value.cluster) : undefined,
      timedOutAt: error?.failure === 'timeout' ? at : target.state?.timedOutAt,
      refused: others.map((credential) => credential.status()).filter(({ state }) => state === 'failed'),
      accepted: namesIn('ok'),
      unneeded: namesIn('disabled', ({ password }) => password !== undefined),
    };
    setState({ up: canary.answered, failure: error?.failure, detail: error?.message, traceId: tick.traceId });
    series.replace('health', health(), at);
    const troublesAfter = troubles();
    if (troublesBefore.some((trouble) => !troublesAfter.includes(trouble))) onRecovery();
    if (error !== undefined) throw error;
  }

  /** The credentials other than the exporter's in a state. */
  function namesIn(state: AuthState, which: (credential: Credential) => boolean = () => true): string[] {
    return others.filter((other) => other.status().state === state && which(other.credential)).map(({ credential }) => credential.name);
  }

  async function scrape(tick: Tick, canary: CanaryResult): Promise<Scrape> {
    target.auth = canary.state;
    if (isUsable(canary) && canary.redis !== undefined) connection.adopt(canary.redis);
    else canary.redis?.disconnect();
    for (const credential of others) {
      if (canary.answered && !tick.signal.aborted) (await credential.attempt(tick)).redis?.disconnect();
      else credential.leaveOut();
    }
    if (!isUsable(canary) && canary.error !== undefined) {
      if (canary.answered && canary.error.failure !== 'secret_unreadable') await password.check(tick, canary, undefined);
      throw await target.diagnoseTlsMismatch(canary.error, tick.signal);
    }
    const scraped = await scrapeServer(parts, tick);
    await password.check(tick, canary, scraped.info.text('server', 'run_id'));
    return scraped;
  }

  function countRefused(): void {
    for (const reason of REPLY_REFUSAL) {
      series.add('cache_exporter.replies.refused', { reason }, target.refused[reason] - counted[reason]);
      counted[reason] = target.refused[reason];
    }
  }

  function publish({ samples, info, cluster }: Scrape, at: number, seconds: number): void {
    series.replace('scrape', samples, at);
    unseen = unseenOf(info, target.unanswered);
    [mode, clusterInfo] = [modeOf(info), cluster];
    facts = { ...factsOf(info), clusterOk: cluster && servesAll(cluster), lastScrapeAt: at, scrapeSeconds: seconds };
  }

  function withdraw({ failure }: RedisError, at: number): void {
    connection.close();
    [mode, clusterInfo] = [undefined, undefined];
    series.replace('scrape', [], at);
    series.add('redis.scrape.failures', { 'error.type': failure });
  }

  function setState(now: Outcome): void {
    const details = { redis_target: config.name, up: now.up, error_type: now.failure, error: now.detail };
    if (now.up !== outcome.up && !now.up) log.warn(details, 'The server cannot be reached');
    else if (now.up !== outcome.up) log.info(details, 'The server can be reached');
    outcome = now;
  }

  /** What is wrong as far as is known; nothing before the first tick. */
  function troubles(): string[] {
    const refused = credentials.map((credential) => credential.status()).filter(({ state }) => state === 'failed');
    return [...refused.map(({ credential }) => credential), ...(outcome.failure === undefined ? [] : [' scrape'])];
  }

  function health(): Sample[] {
    const required = password.required();
    return [
      sample('redis.up', {}, outcome.up ? 1 : 0),
      sample('db.client.connection.open', {}, target.connections),
      ...credentials.flatMap((credential) => credential.samples()),
      ...sentinels.samples(),
      ...(required === undefined ? [] : [sample('redis.auth.required', {}, required ? 1 : 0)]),
      ...(facts.lastScrapeAt === undefined ? [] : [sample('redis.scrape.last_success.timestamp', {}, facts.lastScrapeAt / 1_000)]),
      ...(target.certificateExpiry === undefined
        ? []
        : [sample('redis.tls.certificate_expiry.timestamp', {}, target.certificateExpiry / 1_000)]),
    ];
  }

  return {
    job: { name: `target ${config.name}`, interval: config.interval, timeout: config.timeout, run },
    status: () => ({
      name: config.name,
      address: target.address,
      ...outcome,
      ...facts,
      unseen,
      master: target.master,
      sentinelUp: target.sentinelUp,
      sentinels: target.sentinels,
      authRequired: password.required(),
      credentials: credentials.map((credential) => credential.status()),
      rejectionsOfOthers: attribution.others(),
      ...refused.status(),
    }),
    get mode() {
      return mode;
    },
    get clusterInfo() {
      return clusterInfo;
    },
    ask: connection.ask,
    refused: connection.refused,
    close: async () => connection.close(),
  };
}
