import { loadConfig, type Sources } from '../config/load.ts';
import { startDaemon } from '../daemon.ts';
import { systemClock } from '../schedule/clock.ts';
import { EXIT, type Io } from './io.ts';
import { reportProblems } from './problems.ts';

/** A shutdown that takes longer than this is ended. */
const SHUTDOWN_MS = 10_000;

/**
 * Runs the exporter until SIGTERM or SIGINT; SIGHUP loads the configuration again. Returns 2 when the
 * configuration is refused and 0 after a clean end; a second signal, or a shutdown of over ten seconds,
 * ends the process at once.
 */
export async function serve(sources: Sources, version: string, io: Io): Promise<number> {
  const loaded = await loadConfig(sources);
  if (!loaded.ok) return reportProblems(loaded.problems, sources, io);
  const daemon = await startDaemon({
    config: loaded.config,
    notes: loaded.notes,
    load: () => loadConfig(sources),
    version,
    env: io.env,
    clock: systemClock,
    out: io.log?.write ?? io.out,
    droppedLines: io.log?.dropped,
  });
  io.on('SIGHUP', () => void daemon.reload());
  await new Promise<void>((resolve) => {
    let ending = false;
    const end = () => {
      if (ending) io.exitNow(EXIT.failure);
      ending = true;
      resolve();
    };
    io.on('SIGTERM', end);
    io.on('SIGINT', end);
  });
  setTimeout(() => io.exitNow(EXIT.failure), SHUTDOWN_MS).unref();
  await daemon.close();
  return EXIT.ok;
}
