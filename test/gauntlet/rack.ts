import { type RunningGateway, startGateway } from '../../dev/gateway.ts';
import { freePort } from '../../dev/process.ts';
import type { Progress } from '../../dev/progress.ts';
import { type Site, VARIANTS, type Variant, type VariantName } from './gateways.ts';

/** The gateways of a stack. */
export interface Rack {
  /** Starts gateways that do not run yet; each has its port for good. */
  need(names: readonly VariantName[]): Promise<void>;
  end(name: VariantName): Promise<void>;
  gateway(name: VariantName): RunningGateway;
  running(): VariantName[];
  close(): Promise<void>;
}

/** The first requests to a LiteLLM that has just started take seconds; who rolls out a gateway does not let users wait for that. */
async function warmUp(url: string, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  for (const [path, question] of [
    ['completions', { prompt: 'warm up' }],
    ['chat/completions', { messages: [{ role: 'user', content: 'warm up' }] }],
  ] as const) {
    const body = JSON.stringify({ model: 'cache-probe', ...question });
    await (await fetch(`${url}/v1/${path}`, { method: 'POST', headers, body })).arrayBuffer();
  }
  await (await fetch(`${url}/cache/ping`, { headers })).arrayBuffer();
}

/** An empty rack. */
export function openRack(site: Site, progress: Progress): Rack {
  const starting = new Map<VariantName, Promise<RunningGateway>>();
  const running = new Map<VariantName, RunningGateway>();
  const ports = new Map<VariantName, number>();

  async function launch(name: VariantName): Promise<RunningGateway> {
    const port = ports.get(name) ?? (await freePort());
    ports.set(name, port);
    const variant: Variant = VARIANTS[name];
    const gateway = await startGateway({ ...variant.options(site), release: site.release, port, progress });
    await warmUp(gateway.url, site.key);
    running.set(name, gateway);
    return gateway;
  }

  return {
    async need(names) {
      for (const name of names) {
        const started = starting.get(name) ?? launch(name);
        starting.set(name, started);
        await started;
      }
    },
    async end(name) {
      const started = starting.get(name);
      starting.delete(name);
      running.delete(name);
      await (await started)?.stop();
    },
    gateway(name) {
      const found = running.get(name);
      if (found === undefined) throw new Error(`The gateway "${name}" of the gauntlet does not run.`);
      return found;
    },
    running: () => [...running.keys()],
    async close() {
      await Promise.allSettled([...starting.values()].map(async (started) => (await started).stop()));
    },
  };
}
