import type { Finding } from './signals.ts';

/**
 * What the latest pair of a route says: `proven` the cache in Redis serves it, `served` it hits and more
 * is not known, `elsewhere` it hits without Redis, `missing` it does not hit, `wrong` it hits what was
 * never asked, `error` it could not be measured.
 */
const STANDING = ['proven', 'served', 'elsewhere', 'missing', 'wrong', 'error'] as const;
export type Standing = (typeof STANDING)[number];

/** The standing of a route. A hit of completions, or across replicas, proves the read of Redis by itself; another needs the key. */
export function standingOf({ route, outcome, key, across }: Finding): Standing {
  switch (outcome) {
    case 'ok':
      return 'proven';
    case 'hit_unverified':
    case 'hit_unlabelled':
      return route === 'completions' || key === 'present' || across ? 'proven' : 'served';
    case 'hit_not_in_redis':
      return 'elsewhere';
    case 'hit_on_first':
      return 'wrong';
    case 'miss_key_present':
    case 'miss_not_written':
    case 'miss_unexplained':
      return 'missing';
    case 'error_first':
    case 'error_duplicate':
    case 'control_failed':
      return 'error';
  }
}

/** A hit whose key could not be looked up: nothing of it was verified in the target. */
export function isUnseenHit({ outcome, key }: Finding): boolean {
  return (outcome === 'hit_unverified' || outcome === 'hit_unlabelled') && key === 'unknown';
}

/** The routes of a gateway as the table of verdicts asks for them. */
export interface Routes {
  none(): boolean;
  some(...standings: readonly Standing[]): boolean;
  completions: Standing | undefined;
  completionsUnwritten: boolean;
}

/** The latest pairs of a gateway, made ready for the table. Where it is known that it writes elsewhere, a hit whose key was not seen came from there. */
export function routesOf(findings: readonly Finding[], writesElsewhere = false): Routes {
  const place = (finding: Finding): Standing => (writesElsewhere && isUnseenHit(finding) ? 'elsewhere' : standingOf(finding));
  const standings = findings.map(place);
  const completions = findings.find(({ route }) => route === 'completions');
  return {
    none: () => standings.length === 0,
    some: (...wanted) => standings.some((standing) => wanted.includes(standing)),
    completions: completions && place(completions),
    completionsUnwritten: completions?.outcome === 'miss_not_written',
  };
}
