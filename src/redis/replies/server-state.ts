import { type Info, parseFlag } from './info.ts';
import { parseKeyspace, sumOfKnown } from './keyspace.ts';

/** The condition that a server is in, as far as it can be the cause of an outage. What INFO does not show is undefined. */
export interface ServerState {
  mode?: string | undefined;
  role?: string | undefined;
  /** A replica that refuses writes (`replica-read-only`); undefined on a master. */
  readOnly?: boolean | undefined;
  /** Bytes that count towards the limit: replication and AOF buffers do not (redis src/evict.c). */
  memory?: number | undefined;
  /** The limit in bytes; 0 for none. */
  maxMemory?: number | undefined;
  maxMemoryPolicy?: string | undefined;
  /** Keys with a time to live in all databases: what a `volatile-*` policy can evict. */
  volatileKeys?: number | undefined;
  /** The last RDB snapshot or the last write to the AOF failed: by default the server then refuses writes. */
  saveFailed?: boolean | undefined;
  clients?: number | undefined;
  /** The limit of connections; older servers do not tell it. */
  maxClients?: number | undefined;
}

/** Reads the reply of `INFO all`. */
export function readServerState(info: Info): ServerState {
  const used = info.count('memory', 'used_memory');
  const databases = parseKeyspace(info) ?? [];
  const saved = [info.text('persistence', 'rdb_last_bgsave_status'), info.text('persistence', 'aof_last_write_status')];
  return {
    mode: info.text('server', 'redis_mode') ?? info.text('server', 'server_mode'),
    role: info.text('replication', 'role'),
    readOnly: parseFlag(info.text('replication', 'slave_read_only')),
    memory: used === undefined ? undefined : used - (info.count('memory', 'mem_not_counted_for_evict') ?? 0),
    maxMemory: info.count('memory', 'maxmemory'),
    maxMemoryPolicy: info.text('memory', 'maxmemory_policy'),
    // A server without a single key shows no database, like one that hides the section.
    volatileKeys: databases.length === 0 ? undefined : sumOfKnown(databases.map(({ expires }) => expires)),
    saveFailed: saved.every((status) => status === undefined) ? undefined : saved.includes('err'),
    clients: info.count('clients', 'connected_clients'),
    maxClients: info.count('clients', 'maxclients'),
  };
}

/**
 * The condition of several servers that share the keys: of memory and clients that of the one which is fullest, and a failed save or a read-only
 * role where one has it. Undefined where none is known.
 */
export function worstState(states: readonly ServerState[]): ServerState | undefined {
  const [first] = states;
  if (first === undefined) return undefined;
  const fullest = mostOf(states, ({ memory = 0, maxMemory }) => memory / (maxMemory || Number.POSITIVE_INFINITY));
  const crowded = mostOf(states, ({ clients = 0, maxClients = Number.POSITIVE_INFINITY }) => clients / maxClients);
  const readOnly = states.find((state) => state.role === 'slave' && state.readOnly !== false);
  const { memory, maxMemory, maxMemoryPolicy, volatileKeys } = fullest ?? first;
  const { clients, maxClients } = crowded ?? first;
  const { role, readOnly: refusesWrites } = readOnly ?? first;
  const saveFailed = states.some((state) => state.saveFailed) ? true : first.saveFailed;
  return {
    mode: first.mode,
    role,
    readOnly: refusesWrites,
    memory,
    maxMemory,
    maxMemoryPolicy,
    volatileKeys,
    saveFailed,
    clients,
    maxClients,
  };
}

function mostOf(states: readonly ServerState[], of: (state: ServerState) => number): ServerState | undefined {
  return states.toSorted((a, b) => of(b) - of(a)).at(0);
}
