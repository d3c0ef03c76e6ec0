import { isOrdinary } from './ordinary.ts';

/** A secret of this length is taken out wherever it occurs; a shorter one is part of too much else. */
const MIN_CHARACTERS = 8;

/**
 * A text without the secrets that were sent to its author, who may give them back in any field. Ordinary words stay: they
 * are the names of fields, too.
 */
export function without(text: string, secrets: Iterable<string>): string {
  let rest = text;
  for (const secret of secrets) if (secret.length >= MIN_CHARACTERS && !isOrdinary(secret)) rest = rest.replaceAll(secret, '');
  return rest;
}
