import { namesSecret } from '../../../masking/mask.ts';
import type { Place } from '../../place.ts';
import type { ComposeService } from '../../setup.ts';
import type { DotenvEntry } from './dotenv.ts';
import type { Lookup } from './variable-value.ts';

/** A value in which Compose takes what follows a dollar sign for a variable that nothing sets. */
export interface Cut {
  name: string;
  place: Place;
}

/**
 * Passwords such as `pa$word`: Compose replaces `$word` by nothing, in its own files as in `.env` and in the files of
 * `env_file`, except in single quotes. A reference that means a whole part of a value is meant.
 */
export function cutsOf(services: readonly ComposeService[], entries: readonly DotenvEntry[], isComposed: boolean, lookup: Lookup): Cut[] {
  if (!isComposed) return [];
  const written = services.flatMap(({ references }) =>
    references.filter(({ braced, key, text, name }) => !braced && isSecretText(key, text, name) && isCut(text, name, lookup)),
  );
  const read = entries.filter(({ value, quote, name }) => quote !== "'" && value !== undefined && namesSecretOrUrl(name));
  const seen = new Set<string>();
  return [
    ...written.map(({ key, place }) => ({ name: key, place })),
    ...read.flatMap(({ name, value = '', place }) =>
      [...value.matchAll(/(?<!\$)\$([A-Za-z_]\w*)/g)].some(([, found = '']) => isCut(value, found, lookup)) ? [{ name, place }] : [],
    ),
  ].filter(({ name, place }) => {
    const key = `${name} ${place.source} ${place.line}`;
    return !seen.has(key) && seen.add(key);
  });
}

function namesSecretOrUrl(name: string): boolean {
  return namesSecret(name) || /_URL$/.test(name);
}

/** Whether the reference is in a password: of a variable, of a url, or of an option of the command. */
function isSecretText(key: string, text: string, name: string): boolean {
  if (namesSecret(key)) return true;
  const before = text.slice(0, text.indexOf(`$${name}`));
  return (
    /:\/\/[^@\s]*$/.test(before) || /--?(?:requirepass|masterauth|pass|password)[\s=]{1,8}["']?[^\s"']{1,1024}$/.test(before.slice(-1_100))
  );
}

/** Whether a reference has text of the same part before or behind it, and is not set. */
function isCut(text: string, name: string, lookup: Lookup): boolean {
  const at = text.indexOf(`$${name}`);
  if (lookup(name).kind === 'value' || at === -1) return false;
  const before = text.charAt(at - 1);
  const behind = text.charAt(at + 1 + name.length);
  // `$REDIS_PASSWORD` behind a colon, a slash or a dash is meant as a variable.
  if (/^[A-Z][A-Z0-9_]{2,}$/.test(name) && /^$|[^A-Za-z0-9$]/.test(before)) return false;
  const isJoined = (character: string) => character !== '' && !/[\s:/@"'=,;]/.test(character);
  return isJoined(before) || isJoined(behind);
}
