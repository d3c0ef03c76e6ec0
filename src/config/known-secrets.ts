import { Secret } from './secret.ts';

/** The texts of all secrets that a configuration holds as text; one in a file is known to its reader only. */
export function knownSecrets(value: unknown): string[] {
  if (value instanceof Secret) return value.file === undefined ? [value.reveal()] : [];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(knownSecrets);
}
