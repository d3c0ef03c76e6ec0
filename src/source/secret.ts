import { inspect } from 'node:util';
import { readText } from './file.ts';

const HIDDEN = '<secret>';

/** That the file of a secret gives none; the message is `PATH reason`, for people. */
class SecretFileError extends Error {
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
  /** What the file held when it was read last, and what it held before that. */
  #read: readonly string[] = [];
  static #changes = 0;
  static readonly #seen = new Set<string>();

  private constructor(text: string, file?: string) {
    this.#text = text;
    this.file = file;
    if (file === undefined) see(Secret.#seen, text);
  }

  /** The texts of the secrets that this process came to know last: for the message of an error that nobody expected. */
  static seen(): Iterable<string> {
    return Secret.#seen;
  }

  /** How often any secret became another one: what knows secrets by their texts has to look again then. */
  static changes(): number {
    return Secret.#changes;
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
    if (this.#read[0] !== read.text) {
      this.#read = [read.text, ...this.#read.slice(0, 1)];
      see(Secret.#seen, read.text);
      Secret.#changes++;
    }
    return read.text;
  }

  /** The texts that have to be hidden: the secret itself, or what its file held when it was read. Reads no file. */
  known(): readonly string[] {
    return this.file === undefined ? [this.#text] : this.#read;
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

/** So many secrets are remembered beside their owners. */
const MAX_SEEN = 10_000;

function see(seen: Set<string>, text: string): void {
  seen.add(text);
  const [oldest] = seen;
  if (seen.size > MAX_SEEN && oldest !== undefined) seen.delete(oldest);
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

/** The fewest characters of a key that others must not find by trying. */
const MIN_ORIGIN_KEY = 16;

/** Why a text is no key of the origin, which signs answers and which a gateway has to send; undefined where it is one. */
export function originKeyFault(text: string): string | undefined {
  const fault = keyFault(text);
  if (fault !== undefined || text.trim().length >= MIN_ORIGIN_KEY) return fault;
  return `is shorter than ${MIN_ORIGIN_KEY} characters, so that it could be found by trying; take a long random text, as openssl rand -hex 32 prints`;
}
