import type { GatewayRefusal } from '../../../verdict/signals.ts';

/** A kind of refusal that is the gateway's, by which it is known again. */
export type TiedRefusal = GatewayRefusal & { readonly kind: string };

/**
 * Commands without which nothing is cached that were refused to others than the exporter: `what` the refusal is of, and
 * `kind`, which names the user as well.
 */
export interface DeniedCommand {
  readonly what: string;
  readonly kind: string;
  readonly count: number;
  readonly ageSeconds: number;
}

/** What the ACL LOG of a server showed around the pairs of a round. Times are milliseconds of the monotonic clock. */
export interface RefusalEvidence {
  /** The log could be read just before the pairs and just after them, so that what came with them is known. */
  readonly isComplete: boolean;
  readonly beforeAt: number;
  readonly afterAt: number;
  /** Denied commands that the log had before the pairs. */
  readonly deniedBefore: readonly DeniedCommand[];
  /** Denied commands that came with the pairs. */
  readonly denied: readonly DeniedCommand[];
  /** Refusals that came with the pairs, of the key of one of them. */
  readonly onKey: readonly GatewayRefusal[];
  /** Refusals that came with the pairs from an address of the gateway, or of the user of its credential. */
  readonly tied: readonly TiedRefusal[];
}

/** What is known of the refusals of a server, to tell those of an outage from those that come anyway. */
export interface RefusalMemory {
  readonly latest: RefusalEvidence | undefined;
  /** What was denied between the last pairs, if these were good, and the latest ones. */
  readonly inPause: readonly DeniedCommand[];
  /** Kinds of the gateway's refusals that came with good pairs, too. */
  readonly usual: ReadonlySet<string>;
  /** Denied commands that came with good pairs, without and with their user; undefined before the first of them. */
  readonly heardOf: ReadonlySet<string> | undefined;
  /** How many good rounds one after the other brought no new kind. */
  readonly unchanged: number;
  readonly wasGood: boolean;
}

/** More kinds of refusals than the users of a server cause in good times. */
const MAX_KINDS = 64;
/** So many good rounds without a user that was not refused before tell that another one is no chance. */
const SETTLED = 3;

/** Nothing is known of any refusal. */
export const NO_REFUSALS: RefusalMemory = {
  latest: undefined,
  inPause: [],
  usual: new Set(),
  heardOf: undefined,
  unchanged: 0,
  wasGood: false,
};

/** Takes in what the log showed in a round. */
export function withRefusals(memory: RefusalMemory, evidence: RefusalEvidence): RefusalMemory {
  const { latest, wasGood } = memory;
  const seconds = wasGood && latest !== undefined ? (evidence.beforeAt - latest.afterAt) / 1000 : 0;
  return { ...memory, latest: evidence, inPause: evidence.deniedBefore.filter(({ ageSeconds }) => ageSeconds < seconds) };
}

/** Takes in how the pairs went; `steady`: nothing else went wrong or was mended. What comes with good pairs is usual. */
export function withPairs(memory: RefusalMemory, { allGood, steady }: { allGood: boolean; steady: boolean }): RefusalMemory {
  const isUsual = allGood && steady;
  const { latest } = memory;
  if (!isUsual || latest === undefined) return { ...memory, wasGood: isUsual };
  const usual = new Set(memory.usual);
  for (const { kind } of latest.tied) if (usual.size < MAX_KINDS) usual.add(kind);
  // What is refused while an outage begins or ends would never count again.
  if (!latest.isComplete) return { ...memory, usual, wasGood: true };
  const heardOf = new Set(memory.heardOf);
  const before = heardOf.size;
  for (const { what, kind } of [...latest.denied, ...memory.inPause]) {
    heardOf.add(what);
    if (heardOf.size < MAX_KINDS) heardOf.add(kind);
  }
  return { ...memory, usual, heardOf, unchanged: heardOf.size > before ? 0 : memory.unchanged + 1, wasGood: true };
}

/** New refusals that are the gateway's, without kinds that also come with good pairs; none of them counts while all pairs are good. */
export function refusalsOfGateway({ latest, usual }: RefusalMemory): GatewayRefusal[] {
  if (latest === undefined) return [];
  const tied = latest.tied.filter(({ kind }) => !usual.has(kind));
  return [...latest.onKey, ...tied.map(({ cause, count, tie }): GatewayRefusal => ({ cause, count, tie }))];
}

/**
 * How many commands without which nothing is cached were refused to others with the last pairs, each of a kind that was
 * never refused to the same user with good pairs. Zero while no good pairs are known to compare with.
 */
export function newlyDenied({ latest, heardOf, unchanged }: RefusalMemory): number {
  if (heardOf === undefined || latest === undefined) return 0;
  // Where other users are refused all the time, only a command is new that was refused to nobody.
  const byUser = heardOf.size < MAX_KINDS && unchanged >= SETTLED;
  return latest.denied.reduce((sum, { what, kind, count }) => (heardOf.has(byUser ? kind : what) ? sum : sum + count), 0);
}
