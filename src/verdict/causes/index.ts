import { ANSWERS } from './answers.ts';
import { BREAKER } from './breaker.ts';
import type { CauseRow } from './cause.ts';
import { COUNTED_CAUSES, PROTECTED_MODE, REPEATED_CAUSES } from './counters.ts';
import { GATEWAY_CAUSES, GATEWAY_SETTINGS } from './gateway.ts';
import { LOST_KEYS } from './keys.ts';
import { OTHER_CACHE } from './other-cache.ts';
import { REFUSALS_OF_GATEWAY } from './refusals.ts';
import { CONDITIONS, EXPORTER_AWAY } from './server.ts';
import { BETWEEN_TENANTS } from './tenants.ts';

/**
 * The causes, each with what proves it and how much that weighs: the strongest of those that are proven wins, and
 * `undetermined` where several are equally strong or none is proven (design in strength.ts). Of equal proofs of one
 * cause the first gives the sentence.
 */
export const CAUSE_TABLE: readonly CauseRow[] = [
  ...ANSWERS,
  ...GATEWAY_CAUSES,
  ...EXPORTER_AWAY,
  ...CONDITIONS,
  ...LOST_KEYS,
  ...REFUSALS_OF_GATEWAY,
  ...REPEATED_CAUSES,
  ...COUNTED_CAUSES,
  PROTECTED_MODE,
  ...GATEWAY_SETTINGS,
  ...BREAKER,
  ...OTHER_CACHE,
  ...BETWEEN_TENANTS,
];
