import { type AskedKey, identityOf, type KeyAsker, shareKey } from '../asker.ts';
import type { UserRequest } from '../request.ts';
import { changed } from './change.ts';
import type { Collected, Entry } from './collect.ts';
import { type KeyedEntry, type Potential, potentialsOf, variedFields } from './potential.ts';

/** A change and what it would bring; `tried` pairs of requests were changed and sent, and `confirmed` of them had one key then. */
export interface Tried extends Potential {
  readonly tried: number;
  readonly confirmed: number;
}

/** What a gateway makes of many requests. */
export interface ManyExplained {
  /** Requests whose key is known, and how many keys they have. */
  readonly requests: number;
  readonly keys: number;
  /** Fields that differ and were found to be no part of the key. */
  readonly harmless: readonly string[];
  /** What splits the requests most, the best change first. */
  readonly changes: readonly Tried[];
  /** Requests that the gateway refused, that it does not store, and that were not asked about. */
  readonly refused: number;
  readonly refusal?: Extract<AskedKey, { kind: 'refused' }> | undefined;
  readonly notCached: number;
  readonly notAsked: number;
}

/** Questions at a time; the pace decides how many a second. */
const AT_ONCE = 8;
const MAX_FIELDS = 40;
const MAX_CHANGES = 5;
const MAX_TRIED = 5;

/** Asks for the key of every different request, and finds what splits them. `progress` is told how many of how many were asked. */
export async function explainMany(
  { entries }: Collected,
  asker: KeyAsker,
  signal: AbortSignal,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<ManyExplained> {
  const known = new Map<string, Promise<AskedKey>>();
  const ask = (request: UserRequest) => {
    const identity = identityOf(request);
    const asked = known.get(identity) ?? asker.ask(request, signal);
    known.set(identity, asked);
    return asked;
  };
  let done = 0;
  const answers = await inTurns(entries, async ({ request }) => {
    const asked = await ask(request);
    done += 1;
    progress(done, entries.length);
    return asked;
  });
  const keyed = keyedOf(entries, answers);
  const harmless = await harmlessFields(keyed, ask);
  const within = new Set(harmless);
  const potentials = potentialsOf(keyed, (path) => within.has(/^[^.[]*/.exec(path)?.[0] ?? ''));
  const changes: Tried[] = [];
  for (const potential of distinct(potentials).slice(0, MAX_CHANGES)) changes.push(await tried(potential, keyed, ask));
  const count = (kind: AskedKey['kind']) =>
    entries.reduce((sum, entry, index) => sum + (answers[index]?.kind === kind ? entry.count : 0), 0);
  return {
    requests: keyed.reduce((sum, { entry }) => sum + entry.count, 0),
    keys: new Set(keyed.map(({ key }) => key)).size,
    harmless,
    changes,
    refused: count('refused'),
    refusal: answers.find((answer) => answer.kind === 'refused'),
    notCached: count('not_cached'),
    notAsked: count('too_dear'),
  };
}

type Ask = (request: UserRequest) => Promise<AskedKey>;

/** Runs something for all, some at a time; the results are in the order of what was given. */
async function inTurns<T, R>(all: readonly T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < all.length; index = next++) {
      const one = all[index];
      if (one !== undefined) results[index] = await run(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** The entries that have a key, with one name for all that share it: requests that share any mark do. */
function keyedOf(entries: readonly Entry[], answers: readonly AskedKey[]): KeyedEntry[] {
  const names = new Map<string, string>();
  return entries.flatMap((entry, index) => {
    const answer = answers[index];
    if (answer?.kind !== 'keyed') return [];
    const marks = answer.marks.map((mark) => `${entry.apart} ${mark}`);
    const name = marks.map((mark) => names.get(mark)).find((known) => known !== undefined) ?? marks[0] ?? '';
    for (const mark of marks) if (!names.has(mark)) names.set(mark, name);
    return [{ entry, key: name }];
  });
}

/** Which of the fields that differ are no part of the key: a request without the field has the key that it had with it. */
async function harmlessFields(keyed: readonly KeyedEntry[], ask: Ask): Promise<string[]> {
  const fields = variedFields(keyed).slice(0, MAX_FIELDS);
  const found = await inTurns(fields, async (field) => {
    const having = keyed.filter(
      ({ entry: { request } }) => request.body.kind === 'object' && request.body.members.some(({ name }) => name === field),
    );
    // The first and the last: another value may be treated otherwise.
    const samples = [...new Set([having[0], having.at(-1)])];
    for (const sample of samples) {
      if (sample === undefined) return undefined;
      const { request } = sample.entry;
      const [own, without] = [await ask(request), await ask({ ...request, body: changed(request.body, { kind: 'without', path: field }) })];
      if (own.kind !== 'keyed' || without.kind !== 'keyed' || !shareKey(own.marks, without.marks)) return undefined;
    }
    return field;
  });
  return found.filter((field) => field !== undefined);
}

/** Of changes that bring the same by the same pairs only the one with the shortest path: a field, and all that is in it. */
function distinct(potentials: readonly Potential[]): Potential[] {
  const seen = new Set<string>();
  const inOrder = [...potentials].sort((a, b) => a.keys - b.keys || JSON.stringify(b.change).length - JSON.stringify(a.change).length);
  return inOrder.filter(({ keys, merged }) => {
    const name = JSON.stringify([keys, merged]);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/** Sends some of the pairs that a change would bring together, changed. */
async function tried(potential: Potential, keyed: readonly KeyedEntry[], ask: Ask): Promise<Tried> {
  const pairs = potential.merged.slice(0, MAX_TRIED);
  const same = await inTurns(pairs, async (pair) => {
    const requests = pair.flatMap((index) => keyed[index]?.entry.request ?? []);
    const [one, other] = await Promise.all(requests.map((request) => ask({ ...request, body: changed(request.body, potential.change) })));
    return one?.kind === 'keyed' && other?.kind === 'keyed' && shareKey(one.marks, other.marks);
  });
  return { ...potential, tried: pairs.length, confirmed: same.filter(Boolean).length };
}
