import { type AskedKey, identityOf, type KeyAsker, shareKey } from './asker.ts';
import { type ControlsFound, compareControls } from './controls.ts';
import { differenceOf, type Part } from './difference.ts';
import { type JsonNode, stringNode } from './json-text.ts';
import { minimise } from './minimise.ts';
import { type AskedRoute, modelOf, type UserRequest } from './request.ts';

/** Which of two requests. */
const WHICH = ['first', 'second'] as const;
type Which = (typeof WHICH)[number];

/** Two requests and what a gateway makes of them. */
export interface PairExplained {
  /** Whether one is answered by what was stored for the other: the same API, model, namespace and key. */
  readonly same: boolean;
  readonly routes: Readonly<Record<Which, AskedRoute>>;
  readonly models: Readonly<Record<Which, string | undefined>>;
  readonly controls: ControlsFound;
  /** The answer to one of them is not stored at all. */
  readonly notCached?: Which | undefined;
  /** What keeps the keys apart beside the model and the namespace: undone together the keys are the same, and each alone makes another one. */
  readonly apart: readonly Part[];
  /** What differs and is no part of the key. */
  readonly harmless: readonly Part[];
  /** What could not be tried by itself, because the gateway refused the request between the two. */
  readonly untried: readonly Part[];
  /** What was not looked at, because enough was asked. */
  readonly left: readonly Part[];
  /** The second request with `apart` and `untried` undone had the key of the first. */
  readonly confirmed: boolean;
}

/** Why two requests could not be compared. `unstable`: the very same request makes another key each time. */
export type PairFailure =
  | { readonly failed: Which; readonly asked: Exclude<AskedKey, { kind: 'keyed' }> }
  | { readonly failed: 'both'; readonly asked: { readonly kind: 'not_cached' } }
  | { readonly failed: 'unstable' };

/** Questions for one pair, unless the caller wants fewer. */
const MOST_QUESTIONS = 300;

/** Compares two requests by asking a gateway. Rejects only with the signal's reason. */
export async function explainPair(
  first: UserRequest,
  second: UserRequest,
  asker: KeyAsker,
  signal: AbortSignal,
  progress: (parts: number) => void = () => undefined,
): Promise<PairExplained | PairFailure> {
  const about = {
    routes: { first: first.route, second: second.route },
    models: { first: modelOf(first.body), second: modelOf(second.body) },
    controls: compareControls(first.body, second.body),
  };
  const none = { apart: [], harmless: [], untried: [], left: [], confirmed: false };
  if (first.route !== second.route) return { same: false, ...about, ...none };
  const { route } = first;
  const [one, two] = [
    { route, body: compared(first.body) },
    { route, body: compared(second.body) },
  ];
  const known = new Map<string, Promise<AskedKey>>();
  const ask = (request: UserRequest) => {
    const identity = identityOf(request);
    const asked = known.get(identity) ?? asker.ask(request, signal);
    known.set(identity, asked);
    return asked;
  };

  const wanted = await ask(one);
  const found = await ask(two);
  for (const [which, asked] of [
    ['first', wanted],
    ['second', found],
  ] as const) {
    if (asked.kind === 'refused' || asked.kind === 'too_dear') return { failed: which, asked };
  }
  if (wanted.kind !== 'keyed' && found.kind !== 'keyed') return { failed: 'both', asked: { kind: 'not_cached' } };
  const again = await asker.ask(wanted.kind === 'keyed' ? one : two, signal);
  if (again.kind === 'keyed' && !isSame(again, wanted.kind === 'keyed' ? wanted : found)) return { failed: 'unstable' };

  const { parts, mix } = differenceOf(one.body, two.body);
  progress(parts.length);
  const split = await minimise(
    parts.length,
    async (chosen) => {
      const asked = await ask({ route, body: mix(chosen) });
      if (asked.kind === 'too_dear') return 'spent';
      if (asked.kind === 'refused') return 'refused';
      return isSame(asked, wanted) ? 'same' : 'different';
    },
    MOST_QUESTIONS,
  );
  const of = (indexes: readonly number[]) => indexes.flatMap((index) => parts[index] ?? []);
  const isOneKey = isSame(wanted, found);
  const isOneModel = about.models.first === about.models.second;
  const undone = split.left.length === 0 && (await ask({ route, body: mix(new Set(split.harmless)) }));
  return {
    same: isOneKey && isOneModel && !about.controls.apart,
    ...about,
    ...(wanted.kind === 'keyed' ? (found.kind === 'keyed' ? {} : { notCached: 'second' as const }) : { notCached: 'first' as const }),
    apart: of(split.apart),
    harmless: of(split.harmless),
    untried: of(split.untried),
    left: of(split.left),
    confirmed: undone !== false && isSame(undone, wanted),
  };
}

/** Whether two requests share an entry, or neither is stored. */
function isSame(one: AskedKey, other: AskedKey): boolean {
  return one.kind === 'keyed' && other.kind === 'keyed' ? shareKey(one.marks, other.marks) : one.kind === other.kind;
}

/** A body without what is compared by itself: cache controls, and the name of the model, which is the same for all that is sent. */
export function compared(body: JsonNode): JsonNode {
  if (body.kind !== 'object') return body;
  const members = body.members.filter(({ name }) => name !== 'cache');
  return {
    kind: 'object',
    members: members.map((member) => (member.name === 'model' ? { ...member, value: stringNode('model') } : member)),
  };
}
