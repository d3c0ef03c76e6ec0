import type { Sample } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import { readCollectors } from '../../collectors/collector.ts';
import { COLLECTORS } from '../../collectors/index.ts';
import { modeOf } from '../../collectors/server.ts';
import type { NoauthCandidate } from '../../model/status.ts';
import type { Tick } from '../../model/tick.ts';
import { RedisError } from '../../redis/connection/failure.ts';
import type { Target } from '../../redis/connection/target.ts';
import { CLIENT_LIST, noauthCandidates } from '../../redis/replies/client-list.ts';
import { CLUSTER_INFO, type ClusterInfo } from '../../redis/replies/cluster/info.ts';
import type { Info } from '../../redis/replies/info.ts';
import { INFO } from '../../redis/replies/query.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { RefusalAttribution } from './attribution.ts';
import { clusterSamples } from './cluster/samples.ts';
import { operate, type ScrapeConnection } from './connection.ts';
import type { RefusedClients } from './refused-clients.ts';

const QUERIES = [...new Set(COLLECTORS.flatMap(({ queries }) => Object.values(queries)))].filter((query) => query !== INFO);

/** Listing more connections than that would cost the server more than a scrape should. */
const MAX_LISTED_CLIENTS = 2_000;

const NOT_REDIS = 'PING is answered by a Sentinel; name the Sentinels in redis[].sentinel (master, nodes) instead of its address in url';

const NO_INFO = 'INFO: the peer answers it with nothing that a Redis server tells; check the address and the port';

/** What one scrape of a server showed. `cluster` is how it sees its cluster; undefined where it is in none. */
export interface Scrape {
  readonly samples: Sample[];
  readonly info: Info;
  readonly cluster: ClusterInfo | undefined;
}

/** What a scrape asks and tells. `room` says how many series it may give; a node of a cluster leaves out what concerns the cluster. */
export interface ScrapeParts {
  readonly target: Target;
  readonly series: Series;
  readonly clock: Clock;
  readonly connection: ScrapeConnection;
  readonly attribution: RefusalAttribution;
  readonly refused: RefusedClients;
  readonly room: () => number;
  readonly isNode: boolean;
}

/** Asks everything that the collectors need on the connection that is kept, in one pipeline. Fails with RedisError. */
export async function scrapeServer(parts: ScrapeParts, tick: Tick): Promise<Scrape> {
  const { series, clock, connection, attribution, refused, room, isNode } = parts;
  // INFO comes last, so that it counts what the server refuses of this very pipeline.
  const aclLog = attribution.aclQuery();
  const answers = await operate(tick, series, clock, 'PIPELINE', () => connection.scrape([...QUERIES, aclLog, INFO], tick.signal));
  const info = answers.get(INFO);
  if (info === undefined) throw new RedisError('protocol', 'PIPELINE: the server did not answer INFO');
  if (!info.hasFields) throw new RedisError('protocol', NO_INFO);
  if (modeOf(info) === 'sentinel') throw new RedisError('not_redis', NOT_REDIS);
  const { samples, dropped } = readCollectors(COLLECTORS, answers, room());
  series.add('cache_exporter.series.dropped', {}, dropped);
  const attributed = attribution.read(info, answers.get(aclLog), clock.monotonic());
  samples.push(...attributed.samples);
  const clients = refused.enter(attributed.counts, attributed.refusals);
  if (clients.length > 0) tick.note({ refused: clients });
  if (attributed.counts.NOAUTH > 0) refused.suspect(await listCandidates(parts, tick, info));
  const cluster = modeOf(info) === 'cluster' ? await connection.ask(CLUSTER_INFO, tick.signal) : undefined;
  if (cluster !== undefined && !isNode) samples.push(...clusterSamples(cluster));
  return { samples, info, cluster };
}

/** Who may have come without a password: nobody else knows, because ACL LOG has no entry for it. */
async function listCandidates({ target, connection }: ScrapeParts, tick: Tick, info: Info): Promise<NoauthCandidate[] | undefined> {
  if ((info.count('clients', 'connected_clients') ?? 0) > MAX_LISTED_CLIENTS) return undefined;
  const clients = await tick.step('CLIENT LIST', () => connection.ask(CLIENT_LIST, tick.signal));
  return (
    clients &&
    noauthCandidates(
      clients,
      [target, ...target.siblings()].flatMap(({ ownPeers }) => ownPeers),
    )
  );
}
