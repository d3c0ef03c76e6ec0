import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';

const HIDDEN = '<secret>';

/**
 * A password or key that cannot print itself: text, JSON, template strings and `util.inspect` all give
 * `<secret>`. A secret that comes from a file is read again at every `reveal`, so that a rotated one is
 * used without a restart.
 */
export class Secret {
  readonly #reveal: () => string;

  private constructor(reveal: () => string) {
    this.#reveal = reveal;
  }

  /** A secret that is known as text. */
  static of(value: string): Secret {
    return new Secret(() => value);
  }

  /** A secret in a file; one trailing line break is not part of it. */
  static fromFile(path: string): Secret {
    return new Secret(() => readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  }

  /** The secret itself. Throws the error of the file system when its file cannot be read. */
  reveal(): string {
    return this.#reveal();
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
