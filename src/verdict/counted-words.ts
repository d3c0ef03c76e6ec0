import type { AnomalousIncrease, Counted } from './growth.ts';

/** What a counter of Redis counts: the beginning and the end of a sentence around the number. */
const WORDS = {
  NOAUTH: ['Redis refused', 'command', 'without a password (NOAUTH)'],
  WRONGPASS: ['Redis refused', 'login', 'with a wrong user or password (WRONGPASS)'],
  logins: ['Redis refused', 'login', '(AUTH or HELLO)'],
  NOPERM: ['Redis refused', 'command', 'without a permission (NOPERM)'],
  OOM: ['Redis refused', 'command', 'because its memory is full (OOM)'],
  READONLY: ['Redis refused', 'write', 'because it is a read-only replica (READONLY)'],
  MASTERDOWN: ['Redis refused', 'command', 'because it is a replica without its master (MASTERDOWN)'],
  LOADING: ['Redis refused', 'command', 'because it is loading its data (LOADING)'],
  MISCONF: ['Redis refused', 'write', 'because it cannot save to disk (MISCONF)'],
  CLUSTERDOWN: ['Redis refused', 'command', 'because its cluster is down (CLUSTERDOWN)'],
  MOVED: ['Redis sent', 'command', 'to another node of its cluster (MOVED)'],
  ASK: ['Redis sent', 'command', 'to another node of its cluster (ASK)'],
  BUSY: ['Redis refused', 'command', 'because a script keeps it busy (BUSY)'],
  NOREPLICAS: ['Redis refused', 'write', 'because it has too few replicas (NOREPLICAS)'],
  NOSCRIPT: ['Redis did not know', 'script', 'by name (NOSCRIPT)'],
  WRONGTYPE: ['Redis refused', 'command', 'on a key of another type (WRONGTYPE)'],
  EXECABORT: ['Redis discarded', 'transaction', 'after an error in it (EXECABORT)'],
  ERR: ['Redis answered', 'command', 'with a general error (ERR)'],
  other: ['Redis answered', 'command', 'with an error of another kind'],
  rejected_connections: ['Redis turned away', 'connection', ''],
} as const satisfies Partial<Record<Counted, readonly [string, string, string]>>;

/** The counters that there is a sentence for: what Redis refused. */
export type Refusal = keyof typeof WORDS;

/** The counters that there is a sentence for, in their order. */
export const REFUSALS: readonly Refusal[] = names(WORDS);

/** `Redis refused 32 commands without a password (NOAUTH) during the probes; normally 0 to 2 in that time.` */
export function countedSentence(name: Refusal, increase: AnomalousIncrease): string {
  return `${seen(name, increase.by)} during the probes; ${compared(increase)}.`;
}

/** The same without the comparison, as the beginning of a sentence. */
export function seen(name: Refusal, by: number): string {
  const [verb, noun, why] = WORDS[name];
  return [verb, by, by === 1 ? noun : `${noun}s`, why].filter((part) => part !== '').join(' ');
}

/** What a counter is about, as the beginning of a sentence: `Redis refused commands without a password (NOAUTH)`. */
export function about(name: Refusal): string {
  const [verb, noun, why] = WORDS[name];
  return [verb, `${noun}s`, why].filter((part) => part !== '').join(' ');
}

function compared({ usual, pauseSeconds }: AnomalousIncrease): string {
  if (pauseSeconds === undefined) return usual === 0 ? 'normally none in that time' : `normally 0 to ${usual} in that time`;
  const quiet = `from the ${Math.max(1, Math.round(pauseSeconds))} s without probes before`;
  return usual === 0 ? `none was to be expected ${quiet}` : `at most ${usual} were to be expected ${quiet}`;
}

function names<T extends object>(words: T): (keyof T)[] {
  const known: (keyof T)[] = [];
  for (const name in words) known.push(name);
  return known;
}
