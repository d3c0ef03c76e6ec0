import type { ReuseSample } from '../../../model/reuse.ts';

/** What a gateway puts in front of its keys: null for nothing, undefined while it is not known. */
export interface GatewayNamespace {
  gateway: string;
  namespace: string | null | undefined;
}

/** Gateways that share a namespace, and so their answers. */
export interface SharedNamespace {
  namespace: string | null;
  /** In the order of the configuration; the first one gives the name. */
  gateways: readonly string[];
}

/** The first digits of the keys in a sample. */
const DIGITS = { '1/16': '0', '1/256': '00', '1/4096': '000' } as const satisfies Record<ReuseSample, string>;

/** How many keys there are for each of a sample. */
export const SCALE = { '1/16': 16, '1/256': 256, '1/4096': 4_096 } as const satisfies Record<ReuseSample, number>;

/** The namespaces that are known, each with its gateways, and the gateways whose namespace is not known. */
export function sharedNamespaces(gateways: readonly GatewayNamespace[]): { known: SharedNamespace[]; unknown: string[] } {
  const known = new Map<string | null, string[]>();
  const unknown: string[] = [];
  for (const { gateway, namespace } of gateways) {
    if (namespace === undefined) unknown.push(gateway);
    else known.set(namespace, [...(known.get(namespace) ?? []), gateway]);
  }
  return { known: [...known].map(([namespace, names]) => ({ namespace, gateways: names })), unknown };
}

/** What is in front of the hash of a key. */
export function beforeHash(namespace: string | null): string {
  return namespace === null ? '' : `${namespace}:`;
}

/** The prefixes of the keys in a sample. Redis refuses one that begins with another of the same connection: the longer one is left out. */
export function samplePrefixes(namespaces: readonly SharedNamespace[], sample: ReuseSample): string[] {
  const all = namespaces.map(({ namespace }) => `${beforeHash(namespace)}${DIGITS[sample]}`);
  return all.filter((prefix, index) => all.every((other, place) => place === index || !prefix.startsWith(other)));
}

const HASH_DIGITS = 64;
const HASH = /^[0-9a-f]{64}$/;

/** What is in front of the hash of a key that may be in a sample; undefined for another key. */
export function placeOf(key: string, sample: ReuseSample): string | undefined {
  const hash = key.slice(-HASH_DIGITS);
  return HASH.test(hash) && hash.startsWith(DIGITS[sample]) ? key.slice(0, -HASH_DIGITS) : undefined;
}
