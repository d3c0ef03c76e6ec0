/** What the cache keys of all probes begin with, after the namespace of the gateway where it has one. */
export const PROBE_PREFIX = 'lce-probe-';

/** A key, and the probe's namespace in it. */
export interface ProbeKey {
  key: string;
  probe: string;
}

const IN_MESSAGE = /(?:^|,)((?:[^,]*:)?(lce-probe-[0-9a-f]+):[0-9a-f]{64})(?=,|$)/g;

/**
 * The probe keys in a message of the channel `__redis__:invalidate`. Its payload is a list of names, which
 * the client library joins with commas; other names are left out.
 */
export function probeKeys(message: string): ProbeKey[] {
  return [...message.matchAll(IN_MESSAGE)].map(([, key = '', probe = '']) => ({ key, probe }));
}

/** The namespace of the gateway in front of a probe's own; null for none. */
export function namespaceOf({ key, probe }: ProbeKey): string | null {
  const before = key.slice(0, key.lastIndexOf(`${probe}:`));
  return before === '' ? null : before.replace(/:$/, '');
}

/** The prefixes under which a gateway with this namespace (null: none, undefined: not known) stores probe keys. */
export function probePrefixes(namespace: string | null | undefined): string[] {
  return namespace === null || namespace === undefined ? [PROBE_PREFIX] : [PROBE_PREFIX, `${namespace}:${PROBE_PREFIX}`];
}

/**
 * The names under which Redis may hold a key that the gateway calls `named`: the header shows it without
 * the gateway's namespace (LiteLLM 1.80 to 1.106).
 */
export function keyForms(named: string | undefined, namespace: string | null | undefined): string[] {
  if (named === undefined) return [];
  return namespace === null || namespace === undefined ? [named] : [`${namespace}:${named}`, named];
}
