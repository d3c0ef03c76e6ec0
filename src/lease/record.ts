import { amount, at, parseJson, text } from '../litellm/json.ts';
import { isSection } from '../source/section.ts';

/** Kubernetes keeps the number of changes of holder in 32 bits. */
const MAX_TRANSITIONS = 2 ** 31 - 1;

/** What a Lease object says (Kubernetes API, coordination.k8s.io/v1), and the object itself. */
export interface LeaseRecord {
  object: Readonly<Record<string, unknown>>;
  version: string | undefined;
  holder: string | undefined;
  /** How long it lasts after a renewal; undefined where the object does not have it. */
  seconds: number | undefined;
  transitions: number;
  acquireTime: string | undefined;
}

/** Reads the body of an answer; undefined when that is no Lease. */
export function readLease(body: string): LeaseRecord | undefined {
  const object = parseJson(body);
  if (!isSection(object) || !isSection(object.metadata) || (object.kind ?? 'Lease') !== 'Lease') return undefined;
  return {
    object,
    version: text(at(object, 'metadata', 'resourceVersion')),
    holder: text(at(object, 'spec', 'holderIdentity')),
    seconds: amount(at(object, 'spec', 'leaseDurationSeconds')),
    transitions: amount(at(object, 'spec', 'leaseTransitions')) ?? 0,
    acquireTime: text(at(object, 'spec', 'acquireTime')),
  };
}

/** A Lease that does not exist yet, for its first holder. `ttl` and `now` are milliseconds. */
export function newLease(place: { namespace: string; name: string }, holder: string, ttl: number, now: number): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: place.name, namespace: place.namespace },
    spec: { ...term(ttl, now), holderIdentity: holder, acquireTime: time(now), leaseTransitions: 0 },
  };
}

/**
 * The Lease as it was read, with another holder or renewed by the same; an empty holder gives it back. An
 * update replaces the whole object, so everything that others wrote into it comes along: labels,
 * annotations, finalizers, owners, and the fields of `spec` that this exporter does not know.
 */
export function changedLease(record: LeaseRecord, holder: string, ttl: number, now: number): object {
  const { object, transitions, acquireTime } = record;
  const spec = isSection(object.spec) ? object.spec : {};
  const isKept = holder === '' || record.holder === holder;
  return {
    ...object,
    spec: {
      ...spec,
      ...term(ttl, now),
      holderIdentity: holder,
      acquireTime: isKept ? acquireTime : time(now),
      leaseTransitions: isKept ? transitions : transitions >= MAX_TRANSITIONS ? 0 : transitions + 1,
    },
  };
}

function term(ttl: number, now: number): object {
  return { leaseDurationSeconds: Math.ceil(ttl / 1000), renewTime: time(now) };
}

/** A time as Kubernetes writes it, with microseconds. */
function time(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}
