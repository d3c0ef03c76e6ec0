import { inspect } from 'node:util';
import { readText } from './file.ts';

const HIDDEN = '<secret>';

/** That the file of a secret gives none; the message is `PATH reason`, for people. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

/**
 * A password or key that cannot print itself: text, JSON, template strings and `util.inspect` all give
 * `<secret>`. A secret that comes from a file is read again at every `read`, so that a rotated one is
 * used without a restart.
 */
export class Secret {
  /** The file that holds the secret; undefined when it is known as text. */
  readonly file: string | undefined;
  readonly #text: string;

  private constructor(text: string, file?: string) {
    this.#text = text;
    this.file = file;
  }

  /** A secret that is known as text. */
  static of(value: string): Secret {
    return new Secret(value);
  }

  /** A secret in a file; one trailing line break is not part of it. */
  static fromFile(path: string): Secret {
    return new Secret('', path);
  }

  /** The secret where it is known as text. Throws for one in a file, which has to be `read`. */
  reveal(): string {
    if (this.file !== undefined) throw new SecretFileError(`${this.file} has to be read`);
    return this.#text;
  }

  /** The secret as it is now. Rejects with SecretFileError when its file gives none. */
  async read(): Promise<string> {
    if (this.file === undefined) return this.#text;
    const read = await readSecret(this.file);
    if ('reason' in read) throw new SecretFileError(`${this.file} ${read.reason}`);
    return read.text;
  }

  /** Whether both come from the same file, or are the same text. Reads no file. */
  equals(other: Secret): boolean {
    if (this.file !== undefined || other.file !== undefined) return this.file === other.file;
    return this.reveal() === other.reveal();
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** The secret in a file: its only line, without the line break behind it. */
export async function readSecret(path: string): Promise<{ text: string } | { reason: string }> {
  const read = await readText(path);
  if ('reason' in read) return read;
  const text = read.text.replace(/\r?\n$/, '');
  const reason = secretFault(text);
  return reason === undefined ? { text } : { reason };
}

/** Why a text is no secret that could be sent; undefined where it can. */
export function secretFault(text: string): string | undefined {
  if (text.trim() === '') return 'is empty';
  if (/[\r\n]/.test(text)) return 'has more than one line; leave the secret alone in it';
  return text.includes('\0') ? 'holds a NUL byte, which no secret can have' : undefined;
}

/** Why a text is no key of a gateway that an HTTP header could carry; undefined where it can. */
export function keyFault(text: string): string | undefined {
  if (/^(?:authorization:|bearer\s)/i.test(text.trim())) return 'begins with Bearer; leave the key alone in it';
  return /^[\x20-\x7e]*$/.test(text)
    ? secretFault(text)
    : (secretFault(text) ?? 'has a character that no HTTP header can carry; copy the key again');
}
