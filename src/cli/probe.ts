import { loadConfig, type Sources } from '../config/load.ts';
import { discoverOnce } from '../discovery/once.ts';
import { createFleet } from '../fleet/fleet.ts';
import type { Status } from '../model/status.ts';
import { systemClock } from '../schedule/clock.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { moment, span } from '../text/quantities.ts';
import { EXIT, type Io } from './io.ts';
import { reportProblems } from './problems.ts';
import { progress } from './progress.ts';
import { statusText } from './report.ts';

/** Names that a message lists. */
const MAX_NAMES = 100;

/** What `probe` was asked for. */
export interface ProbeOptions {
  names: readonly string[];
  json: boolean;
  watch: boolean;
  /** Ask `/cache/ping`, where the configuration does not forbid it. */
  cachePing: boolean;
}

/**
 * Runs every job once, or with `watch` once an interval until SIGINT, and prints a report with the
 * evidence, in place where it repeats on a terminal. Returns 0 when every gateway works and every target lets its credentials in, 1 otherwise, 2
 * when the configuration is refused or a name is unknown.
 */
export async function probe(sources: Sources, options: ProbeOptions, version: string, io: Io): Promise<number> {
  const loaded = await loadConfig(sources);
  if (!loaded.ok) return reportProblems(loaded.problems, sources, io);
  const { notes = [] } = loaded;
  const { config, problems } = await discoverOnce(loaded.config, systemClock);
  for (const note of [...notes, ...problems]) io.err(`${note}\n`);
  const known = [...config.redis, ...config.gateways].map((entry) => entry.name);
  const unknown = options.names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    io.err(
      `no target or gateway is called ${unknown.join(', ')}; known are ${known.slice(0, MAX_NAMES).join(', ')}${known.length > MAX_NAMES ? ` and ${known.length - MAX_NAMES} more` : ''}\n`,
    );
    return EXIT.usage;
  }

  const clock = systemClock;
  const quiet = { ...config, log: { ...config.log, level: 'error' as const } };
  const telemetry = await startTelemetry({ config: quiet, version, env: io.env, clock, out: io.err });
  const fleet = createFleet({ telemetry, clock, env: io.env });
  await fleet.apply(
    options.cachePing ? config : { ...config, gateways: config.gateways.map((entry) => ({ ...entry, cache_ping: 'off' })) },
  );
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    io.on(signal, () => interrupted.abort(new DOMException('interrupted', 'AbortError')));
  // Who reads a report once may leave before its end; the exit code counts all the same.
  if (options.watch) io.readerGone?.addEventListener('abort', () => interrupted.abort(new DOMException('nobody reads', 'AbortError')));
  const startedAt = clock.now();
  const pause = Math.min(...[...config.redis, ...config.gateways].map((entry) => entry.interval));
  const chosen = (entry: { name: string }) => options.names.length === 0 || options.names.includes(entry.name);
  let status: Status;

  do {
    const stopProgress = progress(`probing ${options.names.length === 0 ? 'everything' : options.names.join(', ')}`, io);
    await fleet.runOnce(options.names, interrupted.signal);
    stopProgress();
    status = {
      version,
      startedAt,
      now: clock.now(),
      ready: true,
      configReload: { successful: true, at: startedAt, problems: [], notes },
      targets: fleet.targets().filter(chosen),
      gateways: fleet.gateways().filter(chosen),
    };
    io.out(telemetry.mask.page(report(status, options, pause, io)));
  } while (options.watch && (await slept(clock.sleep(pause, interrupted.signal))));

  await fleet.close();
  await telemetry.close();
  return works(status) ? EXIT.ok : EXIT.failure;
}

/** Puts the cursor into the upper left corner of a terminal and empties it. */
const CLEAR = '\u001b[H\u001b[2J';

/** What is printed of a status: once, or again and again, in place on a terminal, and one after the other in a pipe or file. */
function report(status: Status, { json, watch }: ProbeOptions, pause: number, io: Io): string {
  if (json) return `${JSON.stringify(status, null, 2)}\n`;
  const text = statusText(status, { color: io.colour });
  if (!watch) return text;
  return io.terminal
    ? `${CLEAR}${text}\n${moment(status.now)}, again in ${span(pause / 1_000)}; Ctrl-C ends\n`
    : `${moment(status.now)}\n\n${text}\n`;
}

/** Whether there is nothing to mend: a deliberately local cache is judged by the watch, not here. */
function works(status: Status): boolean {
  return (
    status.gateways.every((gateway) => gateway.verdict === 'working' || gateway.asExpected === true) &&
    status.targets.every(
      (target) =>
        target.up === true &&
        target.failure === undefined &&
        target.problems === undefined &&
        (target.nodes === undefined ||
          (target.clusterOk !== false && target.nodes.every(({ up, failure }) => up && failure === undefined))) &&
        target.credentials.every(({ state }) => state === 'ok' || state === 'disabled'),
    )
  );
}

function slept(sleep: Promise<void>): Promise<boolean> {
  return sleep.then(
    () => true,
    () => false,
  );
}
