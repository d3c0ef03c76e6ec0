import { createHash, randomBytes } from 'node:crypto';

/** What the cache keys of all probes begin with, after the namespace of the gateway where it has one. */
const PROBE_PREFIX = 'lce-probe-';

const INSTANCE_DIGITS = 8;
const NONCE_BYTES = 6;
/** A question about a key is no probe of a cache: nobody takes it for one of another exporter. */
const QUESTION_BYTES = 12;
const QUESTION = /^lce-probe-[0-9a-f]{24}$/;
/** A probe that names its exporter; one of an earlier release has 16 digits, all of them random. */
const NAMED = /^lce-probe-([0-9a-f]{8})[0-9a-f]{12}$/;

/** Eight digits by which the probes of an exporter are known, in all of its processes: of what tells it from others. */
export function instanceOf(identity: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, INSTANCE_DIGITS);
}

/** The namespace of a new probe of an exporter. */
export function newProbe(instance: string): string {
  return `${PROBE_PREFIX}${instance}${randomBytes(NONCE_BYTES).toString('hex')}`;
}

/** The namespace of a request that is sent to learn its key, and not whether the cache works. */
export function newQuestion(): string {
  return `${PROBE_PREFIX}${randomBytes(QUESTION_BYTES).toString('hex')}`;
}

/** Whether a namespace is one of a request that was sent to learn its key. */
export function isQuestion(probe: string): boolean {
  return QUESTION.test(probe);
}

/** The exporter whose probe it is; undefined where the probe does not tell. */
export function instanceOfProbe(probe: string): string | undefined {
  return NAMED.exec(probe)?.[1];
}

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
