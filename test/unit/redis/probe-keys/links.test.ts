import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type ClusterNode, createCluster } from '../../../../src/redis/connection/cluster.ts';
import { createTarget } from '../../../../src/redis/connection/connect.ts';
import { classify } from '../../../../src/redis/connection/failure.ts';
import type { Connection, Target } from '../../../../src/redis/connection/target.ts';
import { createKeyWatch } from '../../../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../../../src/schedule/clock.ts';
import { targetConfig } from '../../../support/target.ts';

/** A connection that leads nowhere. */
function connection(): Connection {
  const socket = new Socket();
  return {
    socket,
    hasReceived: false,
    send: () => new Promise(() => undefined),
    onPushMessage: () => undefined,
    onClose: (listener) => void socket.once('close', listener),
    disconnect: () => void socket.destroy(),
  };
}

function node(name: string, open: Target['open']): ClusterNode {
  const target: Target = { ...createTarget(targetConfig(`redis://${name}`)), auth: 'ok', open };
  return { name, target, id: name, role: 'master', state: 'ok', slots: [[0, 1]] };
}

describe('the connections to the masters of a cluster', () => {
  it('are closed where the tick ends while one of them is still being opened', async () => {
    const ended = new AbortController();
    const opened: Connection[] = [];
    const masters = [
      node('127.0.0.1:1', async () => {
        const redis = connection();
        opened.push(redis);
        return redis;
      }),
      node(
        '127.0.0.1:2',
        (_, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(classify(signal.reason, 'connecting')))),
      ),
    ];
    const config = { ...targetConfig(undefined), cluster: { nodes: masters.map(({ name }) => name) } };
    const keys = createKeyWatch({ ...createCluster(config), auth: 'ok', masters: () => masters }, systemClock);
    const connecting = keys.connect('litellm', ended.signal);
    setImmediate(() => ended.abort());
    await expect(connecting).rejects.toThrow();
    expect(opened).toHaveLength(1);
    expect(opened.map(({ socket }) => socket.destroyed)).toEqual([true]);
    keys.close();
  });
});
