import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import type { GatewayRelease } from '../../dev/gateway.ts';
import { type Mapping, merge } from '../../dev/merge.ts';
import { freePort } from '../../dev/process.ts';
import type { Progress } from '../../dev/progress.ts';
import { startRedis } from '../../dev/redis.ts';
import { startCluster } from './cluster.ts';
import { type Front, openFront, openStrippingFront } from './front.ts';
import type { VariantName } from './gateways.ts';
import { type Provider, startProvider } from './provider.ts';
import { startQdrant } from './qdrant.ts';
import { openRack, type Rack } from './rack.ts';
import { type SentinelSet, startSentinelSet } from './sentinel.ts';
import { type Server, type ServerName, startServer } from './server.ts';
import { configOf, originSettings, type Settings, USUAL_WAYS, usualSettings, type Ways } from './settings.ts';

/** Something that a fault has started. */
export interface Held {
  close(): void | Promise<void>;
}

/** A Redis, gateways of one release of which one at a time is behind the address, and the exporter that watches both. */
export interface Stack extends Omit<Rack, 'close'> {
  release: GatewayRelease;
  server: Server;
  /** Another Redis, with a replica. */
  sentinel: SentinelSet;
  /** The address of the gateway that the exporter knows. */
  front: Front;
  /** Another one, with the standard gateway behind it, for where the gateway has two replicas. */
  second: Front;
  provider: Provider;
  /** A proxy takes the headers out of answers that name the keys of the cache. */
  stripsHeaders: boolean;
  exporter: RunningExporter;
  /** The key that every gateway accepts. */
  key: string;
  /** Puts a gateway behind the address that the exporter knows. */
  rollOut(name: VariantName): void;
  /** Reloads the exporter with other settings; none gives the usual ones. */
  watch(settings?: Settings): Promise<void>;
  /** Starts the watch of the gateway anew, so that it knows nothing of what was before. */
  forget(): Promise<void>;
  /** Keeps what goes on as long as a fault lasts; `letGo` ends all of it. */
  hold(what: Held): void;
  letGo(): Promise<void>;
  /** Changes the key in the file that the exporter reads. */
  useKey(key: string): Promise<void>;
  close(): Promise<void>;
}

/** What has been started and has to be ended, the last first. */
type Closing = (() => Promise<void>)[];

/** Starts a stack with the standard gateway and an exporter that probes it. */
export async function startStack(
  release: GatewayRelease,
  progress: Progress,
  server: ServerName = 'redis',
  ways = USUAL_WAYS,
): Promise<Stack> {
  const closing: Closing = [];
  try {
    return await start(release, progress, closing, server, ways);
  } catch (error) {
    await close(closing);
    throw error;
  }
}

async function close(closing: Closing): Promise<void> {
  for (const one of closing.splice(0).reverse()) await one();
}

async function start(release: GatewayRelease, progress: Progress, closing: Closing, name: ServerName, ways: Ways): Promise<Stack> {
  async function started<T extends { stop(): Promise<void> } | { close(): Promise<void> }>(starting: Promise<T> | T): Promise<T> {
    const one = await starting;
    closing.push(() => ('close' in one ? one.close() : one.stop()));
    return one;
  }

  const server = await started(name === 'cluster' ? startCluster() : startServer(name));
  const elsewhere = await started(startRedis({ release: '8.2.3', progress }));
  const sentinel = await started(startSentinelSet());
  const provider = await started(startProvider());
  const qdrant = await started(startQdrant());
  const key = `sk-${randomBytes(24).toString('hex')}`;
  const { port, tlsPort, passwords, cacheParams } = server;
  const redis = { port, tlsPort, password: passwords.litellm, cacheParams };
  const originPort = await freePort();
  const originKey = randomBytes(24).toString('hex');
  const origin = ways.origin ? { url: `http://127.0.0.1:${originPort}/v1`, key: originKey } : undefined;
  const rack = await started(
    openRack({ release, redis, elsewhere, sentinel, provider: provider.url, qdrant: qdrant.url, key, origin }, progress),
  );
  const open = ways.stripHeaders ? openStrippingFront : openFront;
  const closedPort = await freePort();
  const front = await started(open(closedPort));
  const second = await started(open(closedPort));
  const usual = usualSettings(server, front, ways);
  const startGateway = async () => {
    await rack.need(['standard']);
    for (const one of [front, second]) one.to(rack.gateway('standard').port);
  };
  // The origin is a part of the exporter, and a gateway asks it while it is made warm.
  if (!ways.origin) await startGateway();
  const files = { key, 'exporter-password': passwords.exporter, 'origin-key': originKey };
  const config = configOf(usual, ways.origin ? originSettings(originPort) : undefined);
  const exporter = await started(startExporter(await freePort(), config, files));
  if (ways.origin) await startGateway();
  const held: Held[] = [];
  closing.push(letGo);
  let generation = 0;

  async function letGo(): Promise<void> {
    for (const what of held.splice(0)) await what.close();
  }

  async function watch(settings: Settings = {}): Promise<void> {
    const { http, origin: served }: Mapping = parse(await readFile(exporter.configFile, 'utf8'));
    const target = merge(usual.target, settings.target ?? {});
    const next = {
      ...configOf({ target, gateway: merge(usual.gateway, settings.gateway ?? {}) }),
      http,
      ...(served !== undefined && { origin: served }),
    };
    await writeFile(exporter.configFile, stringify(next));
    const answer = await fetch(`${exporter.url}/-/reload`, { method: 'POST' });
    if (answer.status !== 200) throw new Error(`The exporter refuses the settings: ${await answer.text()}`);
  }

  return {
    ...rack,
    release,
    server,
    sentinel,
    front,
    second,
    provider,
    stripsHeaders: ways.stripHeaders,
    exporter,
    key,
    rollOut: (name) => front.to(rack.gateway(name).port),
    watch,
    forget() {
      generation += 1;
      return watch({ gateway: { ttl: `${120 + generation}s` } });
    },
    hold: (what) => void held.push(what),
    letGo,
    useKey: (text) => writeFile(join(exporter.dir, 'key'), text),
    close: () => close(closing),
  };
}
