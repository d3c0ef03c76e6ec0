import { Secret } from '../source/secret.ts';
import type { Config } from './effective.ts';

/** Names of the entries that a new configuration changes, each list in the order of the configuration that has them. */
export interface Change {
  added: string[];
  removed: string[];
  changed: string[];
}

/**
 * What differs between the targets and gateways of two configurations. Entries are the same thing when
 * their names are; a gateway counts as changed when its target did, because it holds on to it. Secrets of
 * one file are equal whatever is in it: they are read at each use.
 */
export function difference(before: Config, after: Config): { targets: Change; gateways: Change } {
  const targets = compare(before.redis, after.redis, () => false);
  const moved = new Set([...targets.added, ...targets.removed, ...targets.changed]);
  const gateways = compare(before.gateways, after.gateways, ({ redis }) => redis !== undefined && moved.has(redis));
  return { targets, gateways };
}

/** Whether the lease is another one: in another store, or for other gateways. */
export function leaseMoved(before: Config, after: Config): boolean {
  return !isSame(before.lease, after.lease) || !isSame(leaseMembers(before).sort(), leaseMembers(after).sort());
}

/**
 * What the exporters of one lease have in common: the names of their gateways, or where these come from. What a list gives changes, and one exporter sees it
 * earlier than another.
 */
export function leaseMembers({ gateways, discovery = [] }: Config): string[] {
  if (discovery.length === 0) return gateways.map(({ name }) => name);
  return discovery.map(({ name, file_sd, http_sd }) => JSON.stringify([name, file_sd?.files ?? http_sd?.url.split('?', 1)[0]]));
}

function compare<T extends { name: string }>(before: readonly T[], after: readonly T[], isStale: (entry: T) => boolean): Change {
  const old = new Map(before.map((entry) => [entry.name, entry]));
  const change: Change = { added: [], removed: [], changed: [] };
  for (const entry of after) {
    const previous = old.get(entry.name);
    old.delete(entry.name);
    if (previous === undefined) change.added.push(entry.name);
    else if (isStale(entry) || !isSame(previous, entry)) change.changed.push(entry.name);
  }
  change.removed.push(...old.keys());
  return change;
}

/** Whether two entries are equal in every key; a key that is undefined is one that is absent. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.equals(b);
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b);
  if (a instanceof Secret || b instanceof Secret) return false;
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  return [...new Set([...left.keys(), ...right.keys()])].every((key) => isSame(left.get(key), right.get(key)));
}
