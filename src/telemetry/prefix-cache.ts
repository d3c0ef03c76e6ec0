import type { Attributes } from '@opentelemetry/api';
import { labelText } from './prometheus-text.ts';

interface Series {
  readonly attributes: Attributes;
}

/** What is before the values of each series of a family; undefined where a series repeats an earlier one. */
type Prefixes<T> = readonly (T | undefined)[];

/** Gives the layout of a family; `key` is an object that stays the family's own. */
export type PrefixesOf<S extends Series, T> = (key: object, name: string, series: readonly S[]) => Prefixes<T>;

/**
 * Layouts that are kept from one page to the next. Between two scrapes a family is nearly always the same
 * attributes objects in the same order, and then nothing is escaped, joined or searched for duplicates;
 * where series came or went, those that stayed keep what they have.
 */
export function createPrefixCache<S extends Series, T>(start: (name: string, labels: string, series: S) => T): PrefixesOf<S, T> {
  const kept = new WeakMap<object, { attributes: readonly Attributes[]; labels: readonly string[]; layout: Prefixes<T> }>();
  return (key, name, series) => {
    const before = kept.get(key);
    if (before !== undefined && isSame(before.attributes, series)) return before.layout;
    const places = new Map(before?.attributes.map((attributes, place) => [attributes, place]));
    const seen = new Set<string>();
    const labels: string[] = [];
    const layout = series.map((one) => {
      const place = places.get(one.attributes);
      const text = (place === undefined ? undefined : before?.labels[place]) ?? labelText(one.attributes);
      labels.push(text);
      if (seen.has(text)) return undefined;
      seen.add(text);
      return (place === undefined ? undefined : before?.layout[place]) ?? start(name, text, one);
    });
    kept.set(key, { attributes: series.map(({ attributes }) => attributes), labels, layout });
    return layout;
  };
}

function isSame(attributes: readonly Attributes[], series: readonly Series[]): boolean {
  if (attributes.length !== series.length) return false;
  for (let index = 0; index < series.length; index++) if (attributes[index] !== series[index]?.attributes) return false;
  return true;
}
