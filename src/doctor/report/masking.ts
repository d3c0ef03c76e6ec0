import type { Setup } from '../setup.ts';
import { secretTexts } from '../subject/credentials.ts';
import { namesSecret } from '../subject/password.ts';

/** What stands in place of a secret. */
export const MASK = '<secret>';

/** A text of this length that is a secret is hidden wherever it occurs; a shorter one, often a plain word, only where it stands alone. */
const LONG = 6;

/** Hides secrets in a line of a gathered file. */
export type Masking = (line: string) => string;

/**
 * Hides every secret of the setup, and whatever a line gives to a key, an option or a URL that takes a
 * secret, so that one that was not recognised does not show either. What names a variable stays.
 */
export function masking(setup: Setup): Masking {
  const secrets = [...secretTexts(setup)].toSorted((a, b) => b.length - a.length);
  return (line) => {
    const known = secrets.reduce((text, secret) => (secret.length >= LONG ? text.replaceAll(secret, MASK) : alone(text, secret)), line);
    return known
      .replace(/([a-z][a-z+]*:\/\/)[^\s'"]*@/gi, `$1${MASK}@`)
      .replace(OPTION, hide)
      .replace(ASSIGNMENT, assignment);
  };
}

const OPTION = /(--?(?:requirepass|masterauth|password|pass|a)[\s=]+|[^\w]>(?=\S))("[^"]*"|'[^']*'|[^\s"',]+)/g;
const ASSIGNMENT = /(^|[\s"'{,;-])([\w.-]+)(\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s"'#,}][^#,}]*?)(?=\s*(?:[#,}]|$))/g;

function hide(whole: string, option: string, value: string): string {
  return isReference(value) ? whole : `${option}${MASK}`;
}

function assignment(whole: string, before: string, key: string, between: string, value: string): string {
  return namesSecret(key) && !isReference(value) ? `${before}${key}${between}${MASK}` : whole;
}

function isReference(value: string): boolean {
  return /^["']?(os\.environ\/|\$[{(A-Z_"]|\$\$|true|false|null|~|<secret>)/i.test(value) || value.includes(MASK) || value === '';
}

function alone(text: string, secret: string): string {
  const escaped = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w./-])${escaped}(?![\\w./-])`, 'g'), MASK);
}
