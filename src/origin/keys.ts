import type { Clock } from '../schedule/clock.ts';
import { originKeyFault, type Secret } from '../source/secret.ts';
import type { OriginKeys } from './stamp.ts';

/** How long a key verifies after another one took its place, milliseconds. */
export const OVERLAP_MS = 3_600_000;

/** For longer than that nobody writes a file: a key that counted longer was one, although the next one begins like it. */
export const MAX_WRITING_MS = 600_000;

/** More keys than that in an hour are no rotation. */
const MAX_PREVIOUS = 4;

/** The key of the origin as it is now, and those before it that still count. */
export interface OriginKeyring {
  /** Takes the key of a new configuration; undefined where it has no origin. Reads nothing. */
  use(secret: Secret | undefined): void;
  /** Reads the key again. Rejects when its file gives none that a gateway could send, and when no origin is configured. */
  read(): Promise<OriginKeys>;
}

/** A keyring without a key. It knows only those keys that it read itself: an exporter that starts knows one. */
export function createOriginKeyring(clock: Clock): OriginKeyring {
  let secret: Secret | undefined;
  let current: { key: string; since: number } | undefined;
  let previous: { key: string; until: number }[] = [];

  return {
    use(next) {
      secret = next;
    },
    async read() {
      if (secret === undefined) throw new Error('the section origin is missing');
      const key = await secret.read();
      const fault = originKeyFault(key);
      if (fault !== undefined) throw new Error(`${secret.file ?? 'the key'} ${fault}`);
      const now = clock.monotonic();
      previous = previous.filter(({ key: before, until }) => until > now && before !== key);
      if (current?.key === key) return [key, ...previous.map((before) => before.key)];
      if (current !== undefined && !(now - current.since < MAX_WRITING_MS && isHalfWritten(current.key, previous[0]?.key, key))) {
        previous = [{ key: current.key, until: now + OVERLAP_MS }, ...previous].slice(0, MAX_PREVIOUS);
      }
      current = { key, since: now };
      return [key, ...previous.map((before) => before.key)];
    },
  };
}

/**
 * Whether a text was no key but the file of one while it was written: the beginning of the key that came after it, alone or with the
 * rest of the key before it.
 */
function isHalfWritten(text: string, before: string | undefined, after: string): boolean {
  let same = 0;
  while (same < text.length && text[same] === after[same]) same += 1;
  if (same === text.length) return true;
  return same > 0 && before !== undefined && before.length === text.length && endsAlike(text, before, same);
}

function endsAlike(text: string, other: string, from: number): boolean {
  return text.slice(from) === other.slice(from);
}
