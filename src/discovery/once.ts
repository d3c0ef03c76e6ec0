import type { Config } from '../config/effective.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import { createDiscovery } from './discovery.ts';
import type { Merged } from './merge.ts';

/** A configuration with what its lists give at this moment, and what is wrong with them, a sentence each. */
export interface DiscoveredOnce extends Pick<Merged, 'config' | 'gateways' | 'targets'> {
  problems: string[];
}

/** A source that takes longer is reported as such, milliseconds. */
const MAX_READ_MS = 15_000;

const NO_LOG: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const NO_SERIES = { replace: () => undefined, add: () => undefined, observe: () => undefined, close: () => undefined };

/** Reads every list of a configuration once: for commands that end. */
export async function discoverOnce(config: Config, clock: Clock): Promise<DiscoveredOnce> {
  if (config.discovery === undefined) return { config, gateways: new Map(), targets: new Map(), problems: [] };
  const discovery = createDiscovery({ clock, log: NO_LOG, openSeries: () => NO_SERIES, onChange: () => undefined });
  const { merged, take } = await discovery.prepare(config, MAX_READ_MS);
  await take();
  const statuses = discovery.statuses();
  const untried = new Set(discovery.untried());
  await discovery.close();
  const problems = statuses.flatMap(({ name, failure, problems: told }) => [
    ...(failure === undefined ? [] : [`discovery ${name}: ${failure}`]),
    ...(untried.has(name) ? [`discovery ${name}: it did not answer within ${MAX_READ_MS / 1_000} s`] : []),
    ...told.map((problem) => `discovery ${name}: ${problem}`),
  ]);
  return { config: merged.config, gateways: merged.gateways, targets: merged.targets, problems };
}
