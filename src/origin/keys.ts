import type { Clock } from '../schedule/clock.ts';
import { keyFault, type Secret } from '../source/secret.ts';
import type { OriginKeys } from './stamp.ts';

/** How long a key verifies after another one took its place, milliseconds. */
export const OVERLAP_MS = 3_600_000;

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
  let current: string | undefined;
  let previous: { key: string; until: number }[] = [];

  return {
    use(next) {
      secret = next;
    },
    async read() {
      if (secret === undefined) throw new Error('the section origin is missing');
      const key = await secret.read();
      const fault = keyFault(key);
      if (fault !== undefined) throw new Error(`${secret.file ?? 'the key'} ${fault}`);
      const now = clock.monotonic();
      previous = previous.filter(({ key: before, until }) => until > now && before !== key);
      if (current !== undefined && current !== key) {
        previous = [{ key: current, until: now + OVERLAP_MS }, ...previous].slice(0, MAX_PREVIOUS);
      }
      current = key;
      return [key, ...previous.map((before) => before.key)];
    },
  };
}
