import { randomBytes } from 'node:crypto';
import { type GatewayRelease, startGateway } from '../../dev/gateway.ts';
import type { Progress } from '../../dev/progress.ts';
import { startRedis } from '../../dev/redis.ts';
import { createOriginServer } from '../../src/http/origin/server.ts';
import { createOriginKeyring } from '../../src/origin/keys.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import { type ShapesFound, tryShapes } from './shapes.ts';

/** Tries every shape on a gateway of a release with an origin behind it, in each of some rounds. */
export async function tryRelease(release: GatewayRelease, rounds: number, progress: Progress): Promise<ShapesFound> {
  const key = randomBytes(24).toString('hex');
  const running: { stop(): Promise<void> }[] = [];
  try {
    const origin = await startOrigin(key);
    running.push(origin);
    const redis = await startRedis({ progress });
    running.push(redis);
    const model = { model: 'openai/cache-probe', api_base: `${origin.url}/v1`, api_key: key };
    const config = { model_list: [{ model_name: 'cache-probe', litellm_params: model }] };
    const gateway = await startGateway({ release, redis, config, progress });
    running.push(gateway);
    return await tryShapes({ ...gateway, keys: [key] }, rounds, ({ shape, result, parts }, round) =>
      progress([`${release}, round ${round} of ${rounds}: ${shape} is ${result}`, ...parts].join(' ')),
    );
  } finally {
    for (const each of running.toReversed()) await each.stop();
  }
}

async function startOrigin(key: string) {
  const keyring = createOriginKeyring(systemClock);
  const secret = Secret.of(key);
  keyring.use(secret);
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const server = createOriginServer({ keys: keyring.read, clock: systemClock, log, opened: quiet, count: quiet });
  await (await server.prepare({ listen: ['127.0.0.1:0'], latency: 0, api_key: secret })).take();
  const [address = ''] = server.addresses();
  return { url: `http://${address}`, stop: server.close };
}
