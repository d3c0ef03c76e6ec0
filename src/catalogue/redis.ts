import { KEY_CLASS } from '../model/census.ts';
import {
  ACL_REASON,
  AUTH_STATE,
  CLUSTER_SLOTS,
  COMMAND,
  ERROR_PREFIX,
  LATENCY_EVENT,
  MAXMEMORY_POLICY,
  MODE,
  NODE_ROLE,
  NODE_STATE,
  ORIGIN,
  REDIS_FAILURE,
  REJECTION,
  REPLY_REFUSAL,
  ROLE,
  SERVER,
} from '../model/redis.ts';
import { KEY_LOSS, REUSE_SECONDS, REUSE_TTL, WRITE_KIND } from '../model/reuse.ts';
import { type MetricDefinition, REDIS_SECONDS } from './definition.ts';

/**
 * Bounds of the dense histogram of command times: powers of two of a microsecond, which are the only
 * bounds that Redis' own LATENCY HISTOGRAM can be folded into without guessing.
 */
export const COMMAND_SECONDS = [
  0.000001, 0.000002, 0.000004, 0.000008, 0.000016, 0.000033, 0.000066, 0.000132, 0.000264, 0.000528, 0.001056, 0.002113, 0.004227,
  0.008454, 0.016908, 0.033816, 0.067633, 0.135266, 0.270532, 0.541065, 1.08213,
] as const;

/** Bounds of the times to live of cached answers: a second to a week. */
const TTL_SECONDS = [1, 5, 15, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 259_200, 604_800] as const;

/** Everything about a Redis target; names follow the OpenTelemetry Collector's Redis receiver where it has them. */
export const REDIS = {
  'redis.up': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '1 when the server answered as Redis does, a refused password or LOADING included; 0 when it could not be reached or something else answers there.' },
  'redis.info': {
    kind: 'gauge', owner: 'target', unit: '',
    labels: { server: SERVER, version: 'open', 'redis.version': 'open', 'redis.mode': MODE, maxmemory_policy: MAXMEMORY_POLICY },
    help: 'Always 1; which server it is, its own version, the version of Redis that it says it is compatible with, mode and eviction policy as labels.',
  },
  'redis.role': { kind: 'states', state: 'role', owner: 'target', unit: '', labels: { role: ROLE }, help: 'Role of the server; exactly one is 1.' },
  'redis.cluster.state': { kind: 'gauge', owner: 'target', unit: '', whole: true, labels: {}, help: '1 when the cluster serves all slots (CLUSTER INFO, cluster_state ok), 0 when a node refuses commands because it does not.', when: 'a cluster, or one node of it' },
  'redis.cluster.slots': { kind: 'gauge', owner: 'target', unit: '{slot}', whole: true, labels: { state: CLUSTER_SLOTS }, help: 'Slots that have a node, and how they are in the eyes of the node that sees the most trouble.', when: 'a cluster, or one node of it' },
  'redis.cluster.nodes': { kind: 'gauge', owner: 'target', unit: '{node}', whole: true, labels: { role: NODE_ROLE, state: NODE_STATE }, help: 'Nodes that the cluster knows, by role and by what the others think of them (CLUSTER NODES): pfail is suspected to have failed, fail has.', when: 'a target with cluster' },
  'redis.sentinel.up': { kind: 'gauge', owner: 'target', unit: '', whole: true, labels: {}, help: '1 when a Sentinel named the master at the last attempt; 0 when none could be asked, and the last known master is watched.', when: 'a target with sentinel' },
  'redis.sentinel.known': { kind: 'gauge', owner: 'target', unit: '{sentinel}', whole: true, labels: {}, help: 'Sentinels that watch the master, by the word of one of them, itself included (SENTINEL MASTER).', when: 'a target with sentinel' },
  'redis.sentinel.quorum_ok': { kind: 'gauge', owner: 'target', unit: '', whole: true, labels: {}, help: '1 when enough Sentinels can be reached to agree on a failover and to carry it out (SENTINEL CKQUORUM), 0 when not.', when: 'a target with sentinel' },
  'redis.sentinel.replicas': { kind: 'gauge', owner: 'target', unit: '{replica}', whole: true, labels: {}, help: 'Replicas of the master that a Sentinel knows.', when: 'a target with sentinel' },
  'redis.sentinel.failovers': { kind: 'counter', owner: 'target', unit: '{failover}', whole: true, labels: {}, help: 'Failovers of the master that were seen since this exporter watches it: rises of its config-epoch. Several between two scrapes count as one.', when: 'a target with sentinel' },
  'redis.loading': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '1 while the server loads its data set and refuses commands.' },
  'redis.uptime': { kind: 'counter', owner: 'target', unit: 's', labels: {}, help: 'Time since the server started.' },

  'redis.clients.connected': { kind: 'gauge', owner: 'target', unit: '{client}', labels: {}, help: 'Client connections, replicas excluded.' },
  'redis.clients.blocked': { kind: 'gauge', owner: 'target', unit: '{client}', labels: {}, help: 'Clients that wait in a blocking command.' },
  'redis.clients.max': { kind: 'gauge', owner: 'target', unit: '{client}', labels: {}, help: 'Limit of client connections (maxclients).' },
  'redis.clients.paused': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '1 while CLIENT PAUSE or a failover lets clients wait, 0 otherwise.', when: 'Valkey 9.0' },
  'redis.clients.max_input_buffer': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Largest recent input buffer of a client; large prompts show here first.' },
  'redis.clients.max_output_buffer': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Largest recent output buffer of a client; large cached answers show here first.' },
  'redis.clients.evicted': { kind: 'counter', owner: 'target', unit: '{client}', labels: {}, help: 'Clients closed because of maxmemory-clients.', when: 'Redis 7.0' },
  'redis.clients.output_buffer_disconnections': { kind: 'counter', owner: 'target', unit: '{client}', labels: {}, help: 'Clients closed because an answer outgrew their output buffer.', when: 'Redis 7.4' },
  'redis.connections.received': { kind: 'counter', owner: 'target', unit: '{connection}', labels: {}, help: 'Connections accepted, those of this exporter included.' },
  'redis.connections.rejected': { kind: 'counter', owner: 'target', unit: '{connection}', labels: {}, help: 'Connections refused because of maxclients.' },

  'redis.memory.used': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory that the allocator gave to Redis.' },
  'redis.memory.peak': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Highest value of the used memory.' },
  'redis.memory.rss': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory of the server process as the operating system sees it.' },
  'redis.memory.dataset': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory spent on the data itself.' },
  'redis.memory.overhead': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory spent on bookkeeping, buffers and the start-up state.' },
  'redis.memory.lua': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory of the Lua engine for EVAL scripts.' },
  'redis.memory.not_counted_for_eviction': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory that does not count towards maxmemory.' },
  'redis.memory.clients': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory of normal client connections and their buffers.' },
  'redis.memory.fragmentation_ratio': { kind: 'gauge', owner: 'target', unit: '1', labels: {}, help: 'Resident memory divided by used memory; meaningless on nearly empty servers.' },
  'redis.memory.fragmentation': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Resident memory minus used memory.' },
  'redis.memory.system': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory of the host of the server.' },
  'redis.maxmemory': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Memory limit; absent where there is none.', when: 'a server with maxmemory set' },

  'redis.rdb.changes_since_last_save': { kind: 'gauge', owner: 'target', unit: '{change}', labels: {}, help: 'Writes since the last successful snapshot.' },
  'redis.rdb.last_save.timestamp': { kind: 'gauge', owner: 'target', unit: 's', labels: {}, help: 'Unix time of the last successful snapshot, or of the start where none was made.' },
  'redis.rdb.last_bgsave_ok': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '0 when the last snapshot failed; with stop-writes-on-bgsave-error every write is then refused.' },
  'redis.rdb.bgsave_in_progress': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '1 while a snapshot is written.' },
  'redis.aof.enabled': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '1 when the append-only file is on.' },
  'redis.aof.last_write_ok': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '0 when the last write of the append-only file failed; writes are then refused.' },
  'redis.fork.last.duration': { kind: 'gauge', owner: 'target', unit: 's', labels: {}, help: 'Time that the last fork stopped the server.' },

  'redis.keyspace.hits': { kind: 'counter', owner: 'target', unit: '{hit}', labels: {}, help: 'Key look-ups that found a key, of all clients except this exporter. Not the hit ratio of the LLM cache.' },
  'redis.keyspace.misses': { kind: 'counter', owner: 'target', unit: '{miss}', labels: {}, help: 'Key look-ups that found no key, of all clients except this exporter. Not the hit ratio of the LLM cache.' },
  'redis.keys.expired': { kind: 'counter', owner: 'target', unit: '{event}', labels: {}, help: 'Keys removed because their time to live ended.' },
  'redis.keys.evicted': { kind: 'counter', owner: 'target', unit: '{key}', labels: {}, help: 'Keys removed because of maxmemory.' },
  'redis.eviction.exceeded_time': { kind: 'counter', owner: 'target', unit: 's', labels: {}, help: 'Time during which more memory was used than maxmemory allows.', when: 'Redis 7.0' },
  'redis.commands.processed': { kind: 'counter', owner: 'target', unit: '{command}', labels: {}, help: 'Commands processed.' },
  'redis.net.input': { kind: 'counter', owner: 'target', unit: 'By', labels: {}, help: 'Bytes read from the network.' },
  'redis.net.output': { kind: 'counter', owner: 'target', unit: 'By', labels: {}, help: 'Bytes written to the network.' },
  'redis.eventloop.duration': { kind: 'counter', owner: 'target', unit: 's', labels: {}, help: 'Time that the main thread spent in its event loop; its rate is the true saturation.', when: 'Redis 7.2' },
  'redis.error_replies': { kind: 'counter', owner: 'target', unit: '{error}', labels: {}, help: 'Error replies of any kind.' },
  'redis.errors': { kind: 'counter', owner: 'target', unit: '{error}', labels: { 'error.type': ERROR_PREFIX }, help: 'Error replies by prefix (INFO errorstats).' },
  'redis.acl.denied': {
    kind: 'counter', owner: 'target', unit: '{denial}', labels: { reason: ['auth', 'cmd', 'key', 'channel'] },
    help: 'Access denials that the server counts: refused passwords, commands, keys and channels.', when: 'Redis 7.2',
  },
  'redis.acl.log.entries': {
    kind: 'counter', owner: 'target', unit: '{entry}', labels: { reason: ACL_REASON, origin: ORIGIN },
    help: 'Refusals newly seen in ACL LOG, by reason and by who caused them.',
  },

  'redis.replication.offset': { kind: 'gauge', owner: 'target', unit: 'By', labels: {}, help: 'Replication offset of the server.' },
  'redis.slaves.connected': { kind: 'gauge', owner: 'target', unit: '{replica}', labels: {}, help: 'Connected replicas.' },
  'redis.master_link_up': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '1 while the link of a replica to its master is up.', when: 'a replica' },
  'redis.master_last_io': { kind: 'gauge', owner: 'target', unit: 's', labels: {}, help: 'Time since the last data from the master, on a replica.', when: 'a replica' },

  'redis.cpu.time': {
    kind: 'counter', owner: 'target', unit: 's', labels: { state: ['sys', 'user', 'sys_children', 'user_children', 'sys_main_thread', 'user_main_thread'] },
    help: 'CPU time of the server process.',
  },

  'redis.cmd.calls': { kind: 'counter', owner: 'target', unit: '{call}', labels: { cmd: COMMAND }, help: 'Calls that were executed, by command.' },
  'redis.cmd.time': { kind: 'counter', owner: 'target', unit: 's', labels: { cmd: COMMAND }, help: 'Time spent executing, by command.' },
  'redis.cmd.rejected': { kind: 'counter', owner: 'target', unit: '{call}', labels: { cmd: COMMAND }, help: 'Calls refused before execution (NOAUTH, OOM, NOPERM on a key, READONLY), by command.' },
  'redis.cmd.failed': { kind: 'counter', owner: 'target', unit: '{call}', labels: { cmd: COMMAND }, help: 'Calls that failed during execution (a refused AUTH or HELLO is one), by command.' },
  'redis.cmd.latency': {
    kind: 'gauge', owner: 'target', unit: 's', labels: { cmd: COMMAND, percentile: ['p50', 'p99', 'p99.9'] },
    help: 'Percentiles of the execution time since the server started (INFO latencystats); they hardly recover after an incident, prefer the histogram.', when: 'Redis 7.0 and a call of the command',
  },
  'redis.cmd.duration': {
    kind: 'histogram', owner: 'target', unit: 's', labels: { cmd: COMMAND }, buckets: COMMAND_SECONDS,
    help: 'Execution time of get, set and auth (LATENCY HISTOGRAM), with all buckets from the start.', when: 'Redis 7.0',
  },
  'redis.commandlog.length': { kind: 'gauge', owner: 'target', unit: '{entry}', labels: { log: ['large_request', 'large_reply'] }, help: 'Entries in the logs of large requests and of large replies (COMMANDLOG): prompts and cached answers beyond commandlog-request-larger-than and commandlog-reply-larger-than; each saturates at its own limit.', when: 'Valkey 8.1' },
  'redis.slowlog.length': { kind: 'gauge', owner: 'target', unit: '{entry}', labels: {}, help: 'Entries in the slow log; saturates at slowlog-max-len.' },
  'redis.latency.event.last': {
    kind: 'gauge', owner: 'target', unit: 's', labels: { event: LATENCY_EVENT },
    help: 'Latest latency spike by event (LATENCY LATEST).', when: 'latency-monitor-threshold set and a spike',
  },
  'redis.latency.event.max': {
    kind: 'gauge', owner: 'target', unit: 's', labels: { event: LATENCY_EVENT },
    help: 'Highest latency spike by event (LATENCY LATEST).', when: 'latency-monitor-threshold set and a spike',
  },

  'redis.db.keys': { kind: 'gauge', owner: 'target', unit: '{key}', labels: { db: 'open' }, help: 'Keys by database.', when: 'a key in the database' },
  'redis.db.expires': { kind: 'gauge', owner: 'target', unit: '{key}', labels: { db: 'open' }, help: 'Keys with a time to live, by database.', when: 'a key in the database' },
  'redis.db.ttl.avg': { kind: 'gauge', owner: 'target', unit: 's', labels: { db: 'open' }, help: 'Average time to live by database, estimated by the expiry cycle.', when: 'a key in the database' },
  'redis.db.string_sizes': {
    kind: 'gauge', owner: 'target', unit: '{key}', labels: { db: 'open', size: 'open' },
    help: 'String keys by size class; size is the lower bound of the class in bytes, a power of two (INFO keysizes).', when: 'Redis 8.0 and a key in the database',
  },

  'redis.census.keys': { kind: 'gauge', owner: 'target', unit: '{key}', whole: true, labels: { class: KEY_CLASS }, help: 'Keys of the database by class, known from their names, estimated from a random sample.', when: 'a target with census' },
  'redis.census.bytes': { kind: 'gauge', owner: 'target', unit: 'By', whole: true, labels: { class: KEY_CLASS }, help: 'Memory of the keys of a class with their values (MEMORY USAGE), estimated from a random sample.', when: 'a target with census' },
  'redis.census.without_ttl': { kind: 'gauge', owner: 'target', unit: '{key}', whole: true, labels: { class: KEY_CLASS }, help: 'Keys of a class that never expire, estimated from a random sample.', when: 'a target with census' },
  'redis.census.ttl': {
    kind: 'histogram', owner: 'target', whole: true, unit: 's', labels: {}, buckets: TTL_SECONDS,
    help: 'Times to live of the response_or_key_hash keys in the sample of the last census; each census replaces it, so use it without rate().', when: 'a target with census',
  },
  'redis.census.coverage': { kind: 'gauge', owner: 'target', unit: '1', whole: true, labels: {}, help: 'Share of the keys of the database that the last census sampled; 1 means a count, not an estimate.', when: 'a target with census' },
  'redis.census.last_run.timestamp': { kind: 'gauge', owner: 'target', unit: 's', whole: true, labels: {}, help: 'Unix time of the last census that succeeded.', when: 'a target with census' },

  'redis.cache.writes': { kind: 'counter', owner: 'target', unit: '{write}', whole: true, labels: { gateway: 'open', kind: WRITE_KIND }, help: 'Answers that users of a gateway had written into the cache, which is the misses of the cache: those in the sample times the sample. A key is `first` the first time that it is seen.', when: 'a target with reuse' },
  'redis.cache.rewrite_interval': {
    kind: 'histogram', owner: 'target', unit: 's', whole: true, labels: { gateway: 'open', lost: KEY_LOSS }, buckets: REUSE_SECONDS,
    help: 'Time since the same key was written before, by how it was lost in between; those in the sample times the sample.', when: 'a target with reuse',
  },
  'redis.cache.misses_at_ttl': { kind: 'counter', owner: 'target', unit: '{miss}', whole: true, labels: { gateway: 'open', ttl: REUSE_TTL }, help: 'Misses that the same requests would have had with this time to live, in seconds, and with memory enough: those in the sample times the sample. Estimated from the writes; of a time to live longer than the time watched it tells nothing yet.', when: 'a target with reuse' },
  'redis.cache.keys_at_ttl': { kind: 'gauge', owner: 'target', unit: '{key}', whole: true, labels: { gateway: 'open', ttl: REUSE_TTL }, help: 'Answers that would be in the cache with this time to live, in seconds, and with memory enough; only of times to live for which enough was watched.', when: 'a target with reuse, for times to live of half the time watched and less' },
  'redis.cache.reuse.tracked_keys': { kind: 'gauge', owner: 'target', unit: '{key}', whole: true, labels: {}, help: 'Keys of the sample whose last write is remembered.', when: 'a target with reuse' },
  'redis.cache.reuse.tracked_keys_limit': { kind: 'gauge', owner: 'target', unit: '{key}', whole: true, labels: {}, help: 'Keys of the sample that are remembered at most; the one that was written longest ago is forgotten first.', when: 'a target with reuse' },
  'redis.cache.reuse.forgotten': { kind: 'counter', owner: 'target', unit: '{key}', whole: true, labels: {}, help: 'Keys of the sample that were forgotten because too many are remembered; take a smaller sample when it rises fast.', when: 'a target with reuse' },
  'redis.cache.reuse.dropped': { kind: 'counter', owner: 'target', unit: '{message}', whole: true, labels: {}, help: 'Messages of written or lost keys that were not looked at: too many at once, or the server was not asked in time.', when: 'a target with reuse' },
  'redis.cache.reuse.sample': { kind: 'gauge', owner: 'target', unit: '1', whole: true, labels: {}, help: 'Share of the keys that are watched for reuse.', when: 'a target with reuse' },
  'redis.cache.reuse.up': { kind: 'gauge', owner: 'target', unit: '', whole: true, labels: {}, help: '1 while the server tells of every write in the sample, on all masters of a cluster; 0 while it does not.', when: 'a target with reuse' },

  'redis.tls.certificate_expiry.timestamp': { kind: 'gauge', owner: 'target', unit: 's', labels: {}, help: 'Unix time at which the certificate of the server ends.', when: 'a rediss:// target' },

  'redis.auth.state': { kind: 'states', state: 'state', owner: 'target', unit: '', labels: { credential: 'open', state: AUTH_STATE }, help: 'Whether a credential opens a fresh connection; exactly one state is 1.' },
  'redis.auth.attempts': { kind: 'counter', owner: 'target', unit: '{attempt}', labels: { credential: 'open', outcome: ['success', 'failure'] }, help: 'Fresh connections tried with the credential.' },
  'redis.auth.failures': { kind: 'counter', owner: 'target', unit: '{failure}', labels: { credential: 'open', 'error.type': REDIS_FAILURE }, help: 'Fresh connections that failed, by reason.' },
  'redis.auth.last_success.timestamp': { kind: 'gauge', owner: 'target', unit: 's', labels: { credential: 'open' }, help: 'Unix time of the last success of the credential.' },
  'redis.auth.last_failure.timestamp': { kind: 'gauge', owner: 'target', unit: 's', labels: { credential: 'open' }, help: 'Unix time of the last refusal of the credential.', when: 'a refused credential' },
  'redis.auth.required': { kind: 'gauge', owner: 'target', unit: '', labels: {}, help: '1 when the server refuses commands without a password, 0 when it accepts commands from any client.' },
  'redis.auth.rejections': { kind: 'counter', owner: 'target', unit: '{rejection}', labels: { 'error.type': REJECTION, origin: ORIGIN }, help: 'Refusals that the server counted since this exporter started to watch it, by who caused them; WRONGPASS counts every refused AUTH, whatever its error text. The series of others are absent where the server does not show its counters.' },

  'redis.scrape.duration': { kind: 'histogram', owner: 'target', unit: 's', labels: { outcome: ['success', 'failure'] }, buckets: REDIS_SECONDS, help: 'Duration of a scrape of the target, canaries included.' },
  'redis.scrape.last_success.timestamp': { kind: 'gauge', owner: 'target', unit: 's', labels: {}, help: 'Unix time of the last successful scrape: the age of the other samples of this target.' },
  'redis.scrape.failures': { kind: 'counter', owner: 'target', unit: '{scrape}', labels: { 'error.type': REDIS_FAILURE }, help: 'Scrapes that failed, by reason.' },

  'cache_exporter.series.dropped': { kind: 'counter', owner: 'target', unit: '{series}', labels: {}, help: 'Series of the target that were left out in scrapes because there were more than redis[].max_series.' },
  'cache_exporter.replies.refused': { kind: 'counter', owner: 'target', unit: '{reply}', labels: { reason: REPLY_REFUSAL }, help: 'Replies of the server that were not read because they were too long, too deep or no reply at all; each ended its connection.' },

  'db.client.operation.duration': {
    kind: 'histogram', owner: 'target', unit: 's', labels: { 'db.system.name': ['redis'], 'db.operation.name': ['PIPELINE', 'AUTH', 'PING'], 'error.type': ['', ...REDIS_FAILURE] },
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10], help: "Duration of the exporter's own Redis operations.",
  },
  'db.client.connection.create_time': { kind: 'histogram', owner: 'target', unit: 's', labels: {}, buckets: REDIS_SECONDS, help: 'Time to open a connection to the target, TLS included.' },
  'db.client.connection.open': { kind: 'gauge', owner: 'target', unit: '{connection}', labels: {}, help: 'Connections that the exporter holds open to the target.' },
} as const satisfies Record<string, MetricDefinition>;
