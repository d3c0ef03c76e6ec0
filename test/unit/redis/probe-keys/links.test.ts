import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type ClusterNode, createCluster } from '../../../../src/redis/connection/cluster.ts';
import { createTarget } from '../../../../src/redis/connection/connect.ts';
import { classify, RedisError } from '../../../../src/redis/connection/failure.ts';
import type { Connection, Target } from '../../../../src/redis/connection/target.ts';
import { createLinks, type Links } from '../../../../src/redis/probe-keys/links.ts';
import { createKeyWatch } from '../../../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../../../src/schedule/clock.ts';
import { handClock } from '../../../support/clock.ts';
import { targetConfig } from '../../../support/target.ts';

/** A connection that leads nowhere. */
function connection(): Connection {
  const socket = new Socket();
  return {
    socket,
    hasReceived: false,
    ended: undefined,
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

  describe('where one of three fails', () => {
    const never = new AbortController().signal;
    const servers = [1, 2, 3].map((port) => node(`127.0.0.1:${port}`, async () => connection()).target);
    const [first, second, third] = servers;

    /** Links of which the second server is not made ready, as long as `failure` gives an error. */
    function linked(failure: () => RedisError | undefined) {
      const clock = handClock();
      const [asked, ended]: [Target[], Links[]] = [[], []];
      const prepare = async (server: Target) => {
        asked.push(server);
        const error = server === second ? failure() : undefined;
        if (error !== undefined) throw error;
      };
      return { clock, asked, ended, links: createLinks(prepare, (links) => void ended.push(links), clock) };
    }

    it.each([
      ['a missing right', new RedisError('noperm', 'CLIENT', 'NOPERM')],
      ['a command that is not offered', new RedisError('unknown', 'CLIENT', 'ERR')],
    ])('for good (%s), it is left alone for ten minutes, and the others stay', async (_, error) => {
      let isRefused = true;
      const { clock, asked, ended, links } = linked(() => (isRefused ? error : undefined));
      await links.open(servers, never);
      expect([links.missing(servers), links.isWhole(servers), links.all.size]).toEqual([[], false, 2]);
      await links.open(servers, never);
      await clock.advance(599_999);
      await links.open(servers, never);
      expect(asked).toEqual([first, second, third]);
      await clock.advance(1);
      isRefused = false;
      await links.open(servers, never);
      expect(asked).toEqual([first, second, third, second]);
      expect([links.isWhole(servers), ended]).toEqual([true, []]);
    });

    it.each([
      ['time', new RedisError('timeout', 'CLIENT')],
      ['room for clients', new RedisError('maxclients', 'CLIENT')],
      ['its data', new RedisError('loading', 'CLIENT', 'LOADING')],
    ])('for the moment, for lack of %s, it alone is tried again', async (_, error) => {
      const { asked, links } = linked(() => error);
      await links.open(servers, never);
      expect(links.missing(servers)).toEqual([second]);
      await links.open(servers, never);
      expect(asked).toEqual([first, second, third, second]);
      expect(links.all.size).toBe(2);
    });

    it('and the others are no masters any more, nothing is left of them, and that is told', async () => {
      const { ended, links } = linked(() => new RedisError('noperm', 'CLIENT', 'NOPERM'));
      await links.open(servers, never);
      const opened = [...links.all.values()];
      links.keep(servers.slice(2));
      expect([...links.all.keys()]).toEqual([third]);
      expect(ended).toEqual([]);
      links.keep([]);
      expect([links.all.size, ended.length]).toEqual([0, 1]);
      expect(opened.every(({ socket }) => socket.destroyed)).toBe(true);
      // A server that comes back is a new one.
      expect(links.missing(servers)).toEqual(servers);
    });

    it('like all others, it is the failure', async () => {
      const { links } = linked(() => new RedisError('noperm', 'CLIENT', 'NOPERM'));
      await expect(links.open(second === undefined ? [] : [second], never)).rejects.toMatchObject({ failure: 'noperm' });
    });
  });
});
