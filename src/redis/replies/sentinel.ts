import { parseCount } from './info.ts';

/** How the Sentinels of a master are, by the word of one of them. What it does not tell is undefined. */
export interface SentinelView {
  /** Sentinels that watch the master, the one that was asked included. */
  known: number | undefined;
  /** Replicas that the Sentinel knows. */
  replicas: number | undefined;
  /** Whether enough of them are reachable to agree on a failover and to let one of them do it. */
  quorumOk: boolean | undefined;
  /** Rises with each failover; by more than one where attempts have failed. */
  configEpoch: number | undefined;
}

/** More fields than any release has. */
const MAX_FIELDS = 256;

/** The replies to SENTINEL MASTER, names and values in turn, and to SENTINEL CKQUORUM, `OK ...` or the error `NOQUORUM ...`. */
export function parseView(master: unknown, quorum: unknown): SentinelView {
  const fields = new Map<unknown, unknown>();
  const row: readonly unknown[] = Array.isArray(master) ? master.slice(0, MAX_FIELDS) : [];
  for (let index = 0; index + 1 < row.length; index += 2) fields.set(row[index], row[index + 1]);
  const count = (name: string) => {
    const text = fields.get(name);
    return typeof text === 'string' ? parseCount(text) : undefined;
  };
  const others = count('num-other-sentinels');
  const word = typeof quorum === 'string' ? quorum.split(' ', 1)[0] : undefined;
  return {
    known: others === undefined ? undefined : others + 1,
    replicas: count('num-slaves'),
    quorumOk: word === 'OK' ? true : word === 'NOQUORUM' ? false : undefined,
    configEpoch: count('config-epoch'),
  };
}

/** Counts failovers by what the Sentinels say one after the other. */
export interface FailoverCount {
  /** How many were seen since the first view. */
  readonly failovers: number;
  add(node: string, epoch: number | undefined): void;
}

/**
 * A failover was made where the epoch of the configuration is higher than before, whichever Sentinel says so: the one that was asked before may be
 * gone with its master. A lower epoch of the same Sentinel is a new beginning, of another one it is not known yet.
 */
export function createFailoverCount(): FailoverCount {
  let failovers = 0;
  let last: { node: string; epoch: number } | undefined;
  return {
    get failovers() {
      return failovers;
    },
    add(node, epoch) {
      if (epoch === undefined) return;
      if (last !== undefined && epoch > last.epoch) failovers += 1;
      if (last === undefined || epoch >= last.epoch || node === last.node) last = { node, epoch };
    },
  };
}
