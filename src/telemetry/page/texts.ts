import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Metric } from '../../catalogue/sample.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Entry } from '../entry.ts';
import type { Owned, Store } from '../store.ts';
import { createOwnerWriter, type OwnerText } from './owner-text.ts';
import { labelText } from './prometheus-text.ts';

/** A tick writes in several steps; the text is made once after them, milliseconds. */
const SETTLE_MS = 100;

/** How long texts are made in one turn of the event loop, milliseconds. */
const TURN_MS = 5;

/** Whose series a part of the page holds. */
export interface PartOwner {
  readonly kind: 'target' | 'gateway';
  readonly name: string;
}

interface Made {
  readonly text: OwnerText;
  readonly version: number;
  /** It is true from this time until that, Unix milliseconds. */
  readonly from: number;
  readonly until: number;
  /** Which metrics the owner showed. */
  readonly shown: ReadonlyMap<Metric, boolean>;
}

/**
 * The texts of all owners, each made once for each change: soon after it, or when they are asked for. `of` gives those of
 * the whole page, or of one owner and its nodes, undefined where there is no such owner.
 */
export interface Texts {
  of(part?: PartOwner): Promise<readonly OwnerText[] | undefined>;
}

/** Watches a store and makes the texts of its owners. */
export function createTexts(store: Store, clock: Clock): Texts {
  const write = createOwnerWriter();
  const made = new WeakMap<Owned, Made>();
  const waiting = new Set<Owned>();
  let due = false;

  store.onWrite((owned) => {
    waiting.add(owned);
    if (due) return;
    due = true;
    setTimeout(makeWaiting, SETTLE_MS).unref();
  });

  function makeWaiting(): void {
    const end = performance.now() + TURN_MS;
    due = false;
    for (const owned of waiting) {
      waiting.delete(owned);
      textOf(owned, clock.now());
      if (performance.now() < end) continue;
      due = true;
      setTimeout(makeWaiting, 0).unref();
      return;
    }
  }

  function textOf(owned: Owned, now: number): OwnerText {
    const before = made.get(owned);
    if (before !== undefined && isTrue(before, owned, now)) return before.text;
    const { entries, until } = owned.shown(now);
    const shown = new Map<Metric, boolean>();
    const text = write(labelText(owned.attributes), visible(entries, owned, shown));
    made.set(owned, { text, version: owned.version, from: now, until, shown });
    waiting.delete(owned);
    return text;
  }

  return {
    async of(part) {
      const owners = [...store.owned()].filter(({ owner }) => part === undefined || (owner.kind === part.kind && owner.name === part.name));
      if (part !== undefined && owners.length === 0) return undefined;
      const texts: OwnerText[] = [];
      let end = performance.now() + TURN_MS;
      for (const owned of distinct(owners)) {
        texts.push(textOf(owned, clock.now()));
        if (performance.now() < end) continue;
        await nextTurn();
        end = performance.now() + TURN_MS;
      }
      return texts;
    },
  };
}

/** Of nodes whose names the mask made the same, the first one counts. */
function* distinct(owners: readonly Owned[]): Iterable<Owned> {
  const nodes = new Set<string>();
  for (const owned of owners) {
    if (owned.owner.node !== undefined) {
      const labels = labelText(owned.attributes);
      if (nodes.has(labels)) continue;
      nodes.add(labels);
    }
    yield owned;
  }
}

function isTrue({ version, from, until, shown }: Made, owned: Owned, now: number): boolean {
  if (version !== owned.version || now < from || now > until) return false;
  const { isShown } = owned.owner;
  if (isShown === undefined) return true;
  for (const [metric, before] of shown) if (isShown(metric) !== before) return false;
  return true;
}

/** The entries of metrics that the owner shows; what it says of each is left in `shown`. */
function* visible(entries: Iterable<Entry>, { owner }: Owned, shown: Map<Metric, boolean>): Iterable<Entry> {
  const { isShown } = owner;
  if (isShown === undefined) {
    yield* entries;
    return;
  }
  for (const entry of entries) {
    const { metric } = entry.shape;
    const known = shown.get(metric) ?? isShown(metric);
    shown.set(metric, known);
    if (known) yield entry;
  }
}
