import type { Attempts } from './attempts.ts';
import type { Links } from './links.ts';
import type { KeyLookup } from './lookup.ts';
import type { KeyServers } from './servers.ts';
import type { Written } from './writes.ts';

/** Looks for one key on the server that has its slot. Counts as a look-up of the exporter's own. */
export async function lookUpKey(
  links: Links,
  servers: KeyServers,
  key: string,
  attempts: Attempts,
  signal: AbortSignal,
): Promise<KeyLookup> {
  const server = servers.ownerOf(key);
  const redis = server && links.all.get(server);
  if (server === undefined || redis === undefined) return { state: 'unknown' };
  const queries = ['EXISTS', 'PTTL'].map((command) => [command, key]);
  const [exists, pttl] = (await attempts.make(signal, (limited) => server.askAll(redis, queries, limited))) ?? [];
  if (exists?.ok !== true || (exists.value !== 0 && exists.value !== 1)) return { state: 'unknown' };
  // Both commands are look-ups for the server's count of hits and misses.
  server.own[exists.value === 1 ? 'hits' : 'misses'] += pttl?.ok === true ? 2 : 1;
  if (exists.value !== 1) return { state: 'absent' };
  const left = pttl?.ok === true && typeof pttl.value === 'number' && pttl.value >= 0 ? pttl.value / 1000 : undefined;
  return { state: 'present', ttlSeconds: left };
}

/** Of some names of a key the first that is there; undefined where none is, unknown where that cannot be told of one. */
export async function lookUpKeys(keys: readonly string[], lookUp: (key: string) => Promise<KeyLookup>): Promise<KeyLookup | undefined> {
  const lookups = await Promise.all(keys.map(lookUp));
  return lookups.find(({ state }) => state === 'present' || state === 'unknown');
}

/** The keys of a probe: the one that the answer names, or all where it names none of them. */
export function keysOf({ key, others = [] }: Written, forms: readonly string[]): readonly string[] {
  const all = [key, ...others];
  const named = all.filter((one) => forms.includes(one));
  return named.length > 0 ? named : all;
}
