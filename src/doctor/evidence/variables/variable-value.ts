/** What a name of a variable means; `unknown` where that cannot be told without running something. */
export type Meaning = { kind: 'value'; value: string } | { kind: 'unset' } | { kind: 'unknown' };

export const UNSET: Meaning = { kind: 'unset' };
export const UNKNOWN: Meaning = { kind: 'unknown' };

/** Finds what a name means. */
export type Lookup = (name: string) => Meaning;

/** The meaning of a value that may be computed at run time (`undefined`). */
export function meaningOf(value: string | undefined): Meaning {
  return value === undefined ? UNKNOWN : { kind: 'value', value };
}

/** Asks one lookup after the other until one knows the name to be set, or cannot tell. */
export function firstOf(...lookups: readonly Lookup[]): Lookup {
  return (name) => {
    for (const lookup of lookups) {
      const meaning = lookup(name);
      if (meaning.kind !== 'unset') return meaning;
    }
    return UNSET;
  };
}
