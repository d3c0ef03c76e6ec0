import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type RunningExporter, startExporter } from '../../deploy/local/exporter.ts';
import { type GatewayRelease, type RunningGateway, startGateway } from '../../deploy/local/gateway.ts';
import { type Mapping, merge } from '../../deploy/local/merge.ts';
import { freePort } from '../../deploy/local/process.ts';
import type { Progress } from '../../deploy/local/progress.ts';
import { type RunningRedis, startRedis } from '../../deploy/local/redis.ts';
import { type Front, openFront } from './front.ts';
import { type Site, VARIANTS, type Variant, type VariantName } from './gateways.ts';
import { type Provider, startProvider } from './provider.ts';
import { type SentinelSet, startSentinelSet } from './sentinel.ts';
import { type Server, startServer } from './server.ts';

/** The time between two rounds of pairs, and the limit of one request, in milliseconds. */
export const INTERVAL = 3_000;
export const TIMEOUT = 2_000;

/** What the exporter of a stack watches, laid over its usual settings. */
export interface Settings {
  target?: Mapping;
  gateway?: Mapping;
}

/** Something that a fault has started. */
export interface Held {
  close(): void | Promise<void>;
}

/** A Redis, gateways of one release that take turns behind one address, and the exporter that watches both. */
export interface Stack {
  release: GatewayRelease;
  server: Server;
  /** A Redis that nobody watches. */
  elsewhere: RunningRedis;
  /** Another Redis, with a replica. */
  sentinel: SentinelSet;
  front: Front;
  provider: Provider;
  exporter: RunningExporter;
  /** The key that every gateway accepts. */
  key: string;
  /** Starts gateways that do not run yet. */
  need(names: readonly VariantName[]): Promise<void>;
  /** Ends a gateway; the standard one starts again at the same port with `need`. */
  end(name: VariantName): Promise<void>;
  gateway(name: VariantName): RunningGateway;
  running(): VariantName[];
  /** Puts gateways, by turns, behind the address that the exporter knows. */
  rollOut(...names: readonly [VariantName, ...VariantName[]]): void;
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

/** Starts a stack with the standard gateway and an exporter that probes it every three seconds. */
export async function startStack(release: GatewayRelease, progress: Progress): Promise<Stack> {
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    return await start(release, progress, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  release: GatewayRelease,
  progress: Progress,
  closing: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Stack> {
  const server = await startServer();
  closing.push(server.close);
  const elsewhere = await startRedis({ release: '8.2.3', progress });
  closing.push(elsewhere.stop);
  const sentinel = await startSentinelSet();
  closing.push(sentinel.close);
  const provider = await startProvider();
  closing.push(provider.stop);
  const key = `sk-${randomBytes(24).toString('hex')}`;
  const { port, tlsPort, passwords } = server;
  const redis = { port, tlsPort, password: passwords.litellm };
  const site: Site = { release, redis, elsewhere, sentinel, provider: provider.url, key };
  const held: Held[] = [];
  closing.push(async () => {
    for (const what of held.splice(0)) await what.close();
  });
  const gateways = new Map<VariantName, Promise<RunningGateway>>();
  const known = new Map<VariantName, RunningGateway>();
  const ports = new Map<VariantName, number>();
  closing.push(async () => {
    await Promise.allSettled([...gateways.values()].map(async (gateway) => (await gateway).stop()));
  });

  async function launch(name: VariantName): Promise<RunningGateway> {
    const at = ports.get(name) ?? (await freePort());
    ports.set(name, at);
    const variant: Variant = VARIANTS[name];
    const gateway = await startGateway({ ...variant.options(site), release, port: at, progress });
    known.set(name, gateway);
    return gateway;
  }

  async function need(names: readonly VariantName[]): Promise<void> {
    for (const name of names) {
      const starting = gateways.get(name) ?? launch(name);
      gateways.set(name, starting);
      await starting;
    }
  }

  function gateway(name: VariantName): RunningGateway {
    const found = known.get(name);
    if (found === undefined) throw new Error(`The gateway "${name}" of the gauntlet does not run.`);
    return found;
  }

  await need(['standard']);
  const front = await openFront(gateway('standard').port);
  closing.push(front.close);
  const usual = usualSettings(server, front);
  const files = { key, 'exporter-password': passwords.exporter };
  const exporter = await startExporter(await freePort(), configOf(usual), files);
  closing.push(exporter.stop);

  let generation = 0;

  async function watch(settings: Settings = {}): Promise<void> {
    const { http }: Mapping = parse(await readFile(exporter.configFile, 'utf8'));
    const target = merge(usual.target, settings.target ?? {});
    const next = { ...configOf({ target, gateway: merge(usual.gateway, settings.gateway ?? {}) }), http };
    await writeFile(exporter.configFile, stringify(next));
    const answer = await fetch(`${exporter.url}/-/reload`, { method: 'POST' });
    if (answer.status !== 200) throw new Error(`The exporter refuses the settings: ${await answer.text()}`);
  }

  return {
    release,
    server,
    elsewhere,
    sentinel,
    front,
    provider,
    exporter,
    key,
    need,
    async end(name) {
      const running = gateways.get(name);
      gateways.delete(name);
      known.delete(name);
      await (await running)?.stop();
    },
    gateway,
    running: () => [...known.keys()],
    rollOut(first, ...others) {
      front.to(gateway(first).port, ...others.map((name) => gateway(name).port));
    },
    watch,
    forget: () => {
      generation += 1;
      return watch({ gateway: { ttl: `${120 + generation}s` } });
    },
    hold: (what) => void held.push(what),
    async letGo() {
      for (const what of held.splice(0)) await what.close();
    },
    useKey: (text) => writeFile(join(exporter.dir, 'key'), text),
    close,
  };
}

function usualSettings(server: Server, front: Front): Required<Settings> {
  return {
    target: {
      name: 'cache',
      url: `redis://127.0.0.1:${server.port}`,
      username: 'exporter',
      password_file: 'exporter-password',
      interval: '1s',
      timeout: '500ms',
    },
    gateway: {
      name: 'litellm',
      url: `http://127.0.0.1:${front.port}`,
      api_key_file: 'key',
      redis: 'cache',
      model: 'cache-probe',
      price_per_pair_usd: 0,
      interval: `${INTERVAL}ms`,
      timeout: `${TIMEOUT}ms`,
    },
  };
}

function configOf({ target, gateway }: Required<Settings>): Mapping {
  return { redis: [target], gateways: [gateway] };
}
