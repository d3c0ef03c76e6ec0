import type { Clock } from '../../schedule/clock.ts';
import { instanceOfProbe, isQuestion, probeKeys } from './names.ts';

/** A key whose write the server announced. `at` is milliseconds of the monotonic clock. */
export interface Written {
  key: string;
  /** Further keys of the same probe: of Anthropic's API that of the call by which LiteLLM asks a provider of another API. */
  others?: readonly string[];
  at: number;
  /** How often the server announced the one that it announced most: more than once means that it was written again or removed. */
  times: number;
  /** The server was flushed, in whichever database, after it was written. */
  flushed: boolean;
}

/** The writes of probes that a server announced. */
export interface ProbeWrites {
  /** Takes in a message of the channel `__redis__:invalidate`: names of keys parted by commas, empty for a flush. */
  record(message: string): void;
  get(probe: string): Written | undefined;
  /** Waits until a key of the probe is written, at most `milliseconds`; rejects only when the signal was aborted. */
  wait(probe: string, milliseconds: number, signal: AbortSignal): Promise<void>;
  forget(probe: string): void;
  /** How many exporters other than this one have written probes since a monotonic time, in milliseconds. */
  others(since: number): number;
}

/** More than are written on one server while a pair runs. */
const MAX_WRITES = 1_000;

/** More keys than one request of a probe writes. */
const MAX_KEYS = 8;

/** More exporters than watch one gateway. */
const MAX_EXPORTERS = 32;

/** Nothing was written yet. `instance` is what the probes of this exporter have in their name, `mostKeys` how many keys of one probe are kept. */
export function createProbeWrites(clock: Clock, instance: string, mostKeys = MAX_KEYS): ProbeWrites {
  /** When the last probe of each other exporter was announced; probes without the name of an exporter count as those of one. */
  const others = new Map<string, number>();
  const pushed = new Map<string, Written & { counts: ReadonlyMap<string, number> }>();
  const waiting = new Map<string, () => void>();

  return {
    record(message) {
      // The message of a flush has no names: the payload is null, which arrives here as an empty text.
      if (message === '') for (const [probe, written] of pushed) pushed.set(probe, { ...written, flushed: true });
      for (const { key, probe } of probeKeys(message)) {
        const before = pushed.get(probe) ?? { key, at: clock.monotonic(), flushed: false, counts: new Map<string, number>() };
        if (before.counts.size >= mostKeys && !before.counts.has(key)) continue;
        const counts = new Map(before.counts).set(key, (before.counts.get(key) ?? 0) + 1);
        pushed.set(probe, { ...before, counts, others: [...counts.keys()].slice(1), times: Math.max(...counts.values()) });
        const author = isQuestion(probe) ? instance : (instanceOfProbe(probe) ?? '');
        if (author !== instance && (others.has(author) || others.size < MAX_EXPORTERS)) others.set(author, clock.monotonic());
        // Probes of other gateways and exporters arrive here, too, and are never looked up.
        const [oldest] = pushed.keys();
        if (pushed.size > MAX_WRITES && oldest !== undefined) pushed.delete(oldest);
        waiting.get(probe)?.();
      }
    },
    get: (probe) => pushed.get(probe),
    async wait(probe, milliseconds, signal) {
      if (pushed.has(probe)) return;
      const arrived = new AbortController();
      waiting.set(probe, () => arrived.abort());
      await clock.sleep(milliseconds, AbortSignal.any([signal, arrived.signal])).catch(() => undefined);
      waiting.delete(probe);
      signal.throwIfAborted();
    },
    forget: (probe) => void pushed.delete(probe),
    others(since) {
      for (const [author, at] of others) if (at < since) others.delete(author);
      return others.size;
    },
  };
}
