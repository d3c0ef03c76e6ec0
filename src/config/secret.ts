import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';

const HIDDEN = '<secret>';

/**
 * A password or key that cannot print itself: text, JSON, template strings and `util.inspect` all give
 * `<secret>`. A secret that comes from a file is read again at every `reveal`, so that a rotated one is
 * used without a restart.
 */
export class Secret {
  /** The file that holds the secret; undefined when it is known as text. */
  readonly file: string | undefined;
  readonly #reveal: () => string;

  private constructor(reveal: () => string, file?: string) {
    this.#reveal = reveal;
    this.file = file;
  }

  /** A secret that is known as text. */
  static of(value: string): Secret {
    return new Secret(() => value);
  }

  /** A secret in a file; one trailing line break is not part of it. */
  static fromFile(path: string): Secret {
    return new Secret(() => readFileSync(path, 'utf8').replace(/\r?\n$/, ''), path);
  }

  /** The secret itself. Throws the error of the file system when its file cannot be read. */
  reveal(): string {
    return this.#reveal();
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
