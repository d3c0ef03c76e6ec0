import { sample } from '../catalogue/sample.ts';
import type { Series } from '../catalogue/series.ts';
import { isSame } from '../config/diff.ts';
import type { SourceConfig } from '../config/effective.ts';
import type { SourceStatus } from '../model/status.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import { createFileReader } from './files.ts';
import { type Believed, believe, heldBack } from './guard.ts';
import { createHttpReader } from './http.ts';
import type { Offer, Outcome } from './merge.ts';
import type { Reader, Reading } from './reader.ts';

/** Files are looked at this often for a change, milliseconds. */
const LOOK_MS = 1_000;
/** A source that failed is asked again after its interval, and after this long at most, milliseconds. */
const MAX_RETRY_MS = 60_000;

/** One source, and what is known of it. */
export interface Source {
  readonly config: SourceConfig;
  /** Reads it now; never rejects. */
  read(signal: AbortSignal): Promise<void>;
  /** Reads it again and again, beginning now where it was not read yet. */
  start(): void;
  /** What it gives, as far as that is believed; undefined until a list was read. */
  offer(): Offer | undefined;
  /** Takes over what became of its targets. */
  settle(outcome: Outcome | undefined): void;
  status(): SourceStatus;
  /** Whether it was tried, with success or without. */
  wasTried(): boolean;
  /** What is believed of it, for its successor with another configuration. */
  believed(): Believed;
  close(): Promise<void>;
}

export interface SourceOptions {
  config: SourceConfig;
  clock: Clock;
  log: Log;
  series: Series;
  /** What the source of this name and kind gave under the configuration before. */
  before?: Believed | undefined;
  /** Called when what it gives became another list, after its start. */
  onChange: () => void;
}

/** A source that was not read yet. */
export function createSource({ config, clock, log, series, before, onChange }: SourceOptions): Source {
  const { name: source, file_sd, http_sd } = config;
  const reader = readerOf(config, clock);
  const interval = file_sd?.refresh_interval ?? http_sd?.refresh_interval ?? MAX_RETRY_MS;
  const stopped = new AbortController();
  let believed: Believed = before ?? { targets: undefined };
  let outcome: Outcome = nothingOf(source);
  let isFirst = true;
  let isStarted = false;
  let notes: string[] = [];
  let failure: string | undefined;
  let lastSuccessAt: number | undefined;
  let readAt: number | undefined;
  let running: Promise<void> = Promise.resolve();
  series.add('cache_exporter.discovery.failures', { source }, 0);

  function publish(): void {
    const at = clock.now();
    series.replace(
      'discovery',
      [
        sample('cache_exporter.discovery.targets', { source }, outcome.entries.length),
        sample('cache_exporter.discovery.entries_refused', { source }, outcome.refused),
        sample('cache_exporter.discovery.held_back', { source }, heldBack(believed)),
        ...(lastSuccessAt === undefined
          ? []
          : [sample('cache_exporter.discovery.last_success.timestamp', { source }, lastSuccessAt / 1_000)]),
      ],
      at,
    );
  }

  /** Each failure is counted, and logged when it is another one than before. */
  function judge(fault: string | undefined): void {
    if (fault !== undefined) {
      series.add('cache_exporter.discovery.failures', { source });
      if (fault !== failure) log.warn({ source, error: fault }, 'A list of targets cannot be read; what it gave before stays in force');
    } else {
      if (failure !== undefined) log.info({ source }, 'A list of targets can be read again');
      lastSuccessAt = clock.now();
    }
    failure = fault;
  }

  function take(reading: Reading): void {
    judge(reading.fault);
    if ('targets' in reading) {
      notes = reading.notes;
      const { targets, doubted } = believed;
      // A source that the configuration changed is another one, which nothing is known of.
      believed = isFirst ? { targets: reading.targets } : believe(believed, reading.targets, clock.monotonic(), interval);
      isFirst = false;
      if (believed.doubted !== undefined && believed.doubted !== doubted)
        log.warn(
          { source, targets: targets?.length, named: reading.targets.length, held_back: heldBack(believed) },
          'A list of targets lost more than half of them at once; it is believed when it says the same again',
        );
      const isNew = targets === undefined || !isSame(targets.map(plain), (believed.targets ?? []).map(plain));
      if (!isNew) believed = { ...believed, targets };
      else if (isStarted) onChange();
    }
    publish();
  }

  async function read(signal: AbortSignal): Promise<void> {
    const reading = await reader.read(signal).catch((): Reading => ({ fault: 'it cannot be read, for a reason that is not known' }));
    if (signal.aborted) return;
    readAt = clock.monotonic();
    take(reading);
  }

  async function isDue(): Promise<boolean> {
    const wait = failure === undefined ? interval : Math.min(interval, MAX_RETRY_MS);
    return readAt === undefined || clock.monotonic() - readAt >= wait || (await reader.changed());
  }

  async function turn(): Promise<void> {
    const pace = file_sd === undefined ? Math.min(interval, MAX_RETRY_MS) : LOOK_MS;
    if (readAt === undefined) await read(stopped.signal);
    while (!stopped.signal.aborted) {
      await clock.sleep(pace, stopped.signal);
      if (await isDue()) await read(stopped.signal);
    }
  }

  return {
    config,
    read,
    start() {
      isStarted = true;
      running = turn().catch((error: unknown) => {
        if (!stopped.signal.aborted) throw error;
      });
    },
    offer: () => (believed.targets === undefined ? undefined : { source: config, targets: believed.targets }),
    settle(next) {
      const known = outcome;
      outcome = next ?? nothingOf(source);
      const { refused, problems } = outcome;
      // Where a target is in its list changes with those before it.
      if (refused > 0 && !isSame(messagesOf(known), messagesOf(outcome)))
        log.warn({ source, refused, problems: problems.map(problemLine) }, 'Some targets of a list are left out');
      publish();
    },
    status: () => ({
      name: source,
      from: file_sd === undefined ? 'http_sd' : 'file_sd',
      kind: config.kind,
      class: config.class,
      entries: outcome.entries.length,
      refused: outcome.refused,
      heldBack: heldBack(believed),
      ...(lastSuccessAt !== undefined && { lastSuccessAt }),
      ...(failure !== undefined && { failure }),
      problems: [...notes, ...outcome.problems.map(problemLine), ...(outcome.untold > 0 ? [`and ${outcome.untold} more problems`] : [])],
    }),
    wasTried: () => readAt !== undefined,
    believed: () => believed,
    async close() {
      stopped.abort(new DOMException('the source is closed', 'AbortError'));
      await running;
      series.close();
    },
  };
}

function nothingOf(source: string): Outcome {
  return { source, entries: [], refused: 0, problems: [], untold: 0 };
}

function problemLine({ place, message }: Outcome['problems'][number]): string {
  return `${place}: ${message}`;
}

function messagesOf({ problems }: Outcome): string[] {
  return problems.map(({ message }) => message).sort();
}

function readerOf({ file_sd, http_sd }: SourceConfig, clock: Clock): Reader {
  if (http_sd !== undefined) return createHttpReader(http_sd, clock);
  return createFileReader(file_sd?.files ?? []);
}

/** A target as it can be compared. */
function plain({ address, labels, place }: { address: string; labels: ReadonlyMap<string, string>; place: string }): readonly unknown[] {
  return [address, place, [...labels]];
}
