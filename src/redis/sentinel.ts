import type { TargetConfig } from '../config/effective.ts';
import { type Address, parseNode } from './address.ts';
import { authenticate } from './auth.ts';
import { during, sendText, speakOver } from './connection.ts';
import { RedisError, settle } from './failure.ts';
import { openSocket } from './socket.ts';

/**
 * Asks the Sentinels of a target in turn where its master is, each once. The `tls` section of the target
 * counts for the Sentinels as well as for the server. (Redis documentation, Sentinel client specification.)
 */
export async function findMaster(config: TargetConfig, signal: AbortSignal): Promise<Address> {
  let failure = new RedisError('unknown', 'no Sentinel is configured');
  for (const node of config.sentinel?.nodes ?? []) {
    const answer = await settle(askSentinel(config, node, signal));
    if (answer.ok) return answer.value;
    failure = answer.error;
  }
  throw failure;
}

async function askSentinel({ sentinel, tls }: TargetConfig, node: string, signal: AbortSignal): Promise<Address> {
  const redis = speakOver(await openSocket(parseNode(node, tls !== undefined), tls, signal));
  try {
    await authenticate(redis, { name: 'sentinel', username: sentinel?.username, password: sentinel?.password }, signal);
    const asked = () => sendText(redis, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel?.master ?? '']);
    const reply = await during(redis, signal, 'SENTINEL GET-MASTER-ADDR-BY-NAME', asked);
    if (!Array.isArray(reply))
      throw new RedisError('unknown', `the Sentinel at ${node} does not know the master; compare the configured name`);
    return { host: String(reply[0]), port: Number(reply[1]), tls: tls !== undefined, db: 0 };
  } finally {
    redis.disconnect();
  }
}
