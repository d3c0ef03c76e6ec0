import { namesSecret, secretsOfLines, secretsOfText } from '../masking/mask.ts';
import { readTextNow } from './file.ts';
import { Secret } from './secret.ts';

/** The texts of all secrets that a configuration holds; one in a file is known once it was read. */
export function knownSecrets(value: unknown): string[] {
  if (value instanceof Secret) return [...value.known()];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(knownSecrets);
}

/** Variables that hold several secrets, `name=value` with commas between, as OpenTelemetry writes headers. */
const HEADERS = /HEADERS$/;

/** The texts of environment variables whose name says that they are secrets, and what the others hold of users and passwords in addresses. */
export function secretsOfEnvironment(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value === '') return [];
    if (HEADERS.test(name)) return value.split(',').map((header) => header.slice(header.indexOf('=') + 1).trim());
    return namesSecret(name, value) ? [value] : [...secretsOfText(value)];
  });
}

/** What a file of people gives to keys that name a secret, also misspelt ones, whether it can be parsed or not; nothing of one that cannot be read. */
export function secretsOfFile(path: string | undefined): string[] {
  const read = path === undefined ? { reason: '' } : readTextNow(path);
  return 'reason' in read ? [] : [...secretsOfLines(read.text.split(/\r\n|\n|\r/))];
}
