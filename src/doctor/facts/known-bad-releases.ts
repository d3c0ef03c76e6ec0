import type { Severity } from '../finding.ts';
import type { Numbers } from './release.ts';

/** A span of LiteLLM releases with a defect that concerns the cache. */
export interface KnownBad {
  /** The first release that has it; undefined for every one before `fixed`. */
  since?: Numbers | undefined;
  /** The first release without it. */
  fixed: Numbers;
  /** What it needs to matter; the rule knows how to tell. */
  when: 'always' | 'redis' | 'url_without_tls' | 'embeddings' | 'semantic' | 'cluster' | 'responses' | 'several_workers';
  severity: Severity;
  what: string;
  consequence: string;
  /** What to do where the newest release of its line may not be the way out. */
  fix?: string | undefined;
}

/** Defects by release, the worst first; where they are from: LiteLLM's release notes and issue tracker. */
export const KNOWN_BAD: readonly KnownBad[] = [
  {
    since: [1, 82, 7],
    fixed: [1, 82, 9],
    when: 'always',
    severity: 'critical',
    what: 'was uploaded to the package index by an attacker',
    consequence: 'The package steals credentials: every secret of the machine it ran on has to be changed.',
  },
  {
    since: [1, 93, 0],
    fixed: [1, 93, 1],
    when: 'url_without_tls',
    severity: 'high',
    what: 'cannot write through a redis:// url',
    consequence:
      'Writes fail with an unexpected argument ssl_check_hostname where redis-py 5.3 is installed, while the gateway stays healthy.',
    fix: 'use host and port instead of the url, or TLS, or 1.104.2, which was seen to work',
  },
  {
    since: [1, 85, 1],
    fixed: [1, 86, 3],
    when: 'semantic',
    severity: 'high',
    what: 'filters the semantic cache by the hash of the whole request',
    consequence: 'A paraphrase never hits.',
  },
  {
    since: [1, 68, 0],
    fixed: [1, 74, 7],
    when: 'embeddings',
    severity: 'high',
    what: "fails on cached embeddings with KeyError: 'data'",
    consequence: 'A repeated embedding is an error instead of a hit.',
  },
  {
    fixed: [1, 77, 7],
    when: 'cluster',
    severity: 'high',
    what: 'sends keys of several slots of a cluster in one command',
    consequence: 'CROSSSLOT errors on rate limits and batches.',
  },
  {
    fixed: [1, 81, 14],
    when: 'redis',
    severity: 'low',
    what: 'loses connections of its pool',
    consequence:
      'Four leaks, the largest at each renewal of the client: connections grow until the pool or maxclients is full. Mended in 1.81.14.',
  },
  {
    fixed: [1, 82, 0],
    when: 'redis',
    severity: 'low',
    what: 'has no circuit breaker for Redis',
    consequence: 'While Redis hangs, every request waits for the socket timeout, several times in a row.',
  },
  {
    since: [1, 81, 0],
    fixed: [1, 83, 10],
    when: 'responses',
    severity: 'medium',
    what: 'leaves parameters of the Responses API out of the cache key',
    consequence: 'Two different requests can share an answer.',
  },
];
