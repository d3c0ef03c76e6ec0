import type { NoauthCandidate } from '../../model/status.ts';
import { type ClientInfo, readClient } from './client-info.ts';
import type { Query } from './query.ts';

/** All connected clients. It costs the server time for each of them. */
export const CLIENT_LIST: Query<ClientInfo[]> = {
  args: ['CLIENT', 'LIST'],
  since: { redis: [6, 2, 0], valkey: [7, 2, 0] },
  parse: parseClientList,
};

/** CLIENT LIST: a client a line. */
export function parseClientList(reply: unknown): ClientInfo[] {
  return typeof reply === 'string'
    ? reply
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(readClient)
    : [];
}

const MAX_CANDIDATES = 10;

/**
 * Those who may have sent a command without a password: a connection that has not authenticated is listed as
 * user `default` without a name. By address and library, the most connections first, at most ten. `own` are
 * the connections of this daemon.
 */
export function noauthCandidates(clients: readonly ClientInfo[], own: readonly string[]): NoauthCandidate[] {
  const candidates = new Map<string, NoauthCandidate>();
  for (const { peer = '', address, user, named, library } of clients) {
    if (user !== 'default' || named || own.includes(peer) || (address !== undefined && own.includes(address))) continue;
    const key = `${address} ${library}`;
    const connections = (candidates.get(key)?.connections ?? 0) + 1;
    candidates.set(key, { address, library, connections });
  }
  return [...candidates.values()].sort((a, b) => b.connections - a.connections).slice(0, MAX_CANDIDATES);
}
