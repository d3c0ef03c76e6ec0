import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listenRules } from '../../../src/config/listening.ts';
import { parseListenAddress } from '../../../src/http/server/listen-address.ts';

/** What is refused of a configuration, as `path: problem`. */
function refused(root: Record<string, unknown>): string[] {
  const found: string[] = [];
  listenRules(root, (path, message) => void found.push(`${path.join('.')}: ${message}`));
  return found;
}

/** Listens at an address; undefined where it is taken or this machine does not have it. */
function listen(text: string): Promise<{ port: number; server: Server } | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(parseListenAddress(text), () => {
      const at = server.address();
      resolve(at === null || typeof at === 'string' ? undefined : { port: at.port, server });
    });
  });
}

async function isHere(host: string): Promise<boolean> {
  const found = await listen(`${host}:0`);
  found?.server.close();
  return found !== undefined;
}

/** A port of another family that seems free can belong to another process. */
const TRIES = 4;

/** Whether a free port can be bound at both. */
async function canBoth(one: string, other: string): Promise<boolean> {
  for (let left = TRIES; left > 0; left -= 1) {
    const first = await listen(`${one}:0`);
    const second = first && (await listen(`${other}:${first.port}`));
    for (const bound of [first, second]) bound?.server.close();
    if (second !== undefined) return true;
  }
  return false;
}

const SPELLINGS = [
  '',
  '[::]',
  '[0:0::0]',
  '0.0.0.0',
  '0',
  '127.0.0.1',
  '127.1',
  '127.0.0.2',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
];
const HERE = await Promise.all(SPELLINGS.map(isHere));
const HOSTS = SPELLINGS.filter((_, index) => HERE[index]);
const PAIRS = HOSTS.flatMap((one) => HOSTS.map((other) => [one, other] as const));

describe('two addresses to listen at', () => {
  it.each(PAIRS)('are refused where the second could not be bound: %j and %j', async (one, other) => {
    const expected = (await canBoth(one, other)) ? 0 : 1;
    for (const root of [
      { http: { listen: [`${one}:1`] }, origin: { listen: [`${other}:1`] } },
      { http: { listen: [`${one}:1`, `${other}:1`] } },
      { http: { listen: [], health_listen: [`${one}:1`] }, origin: { listen: [':0', `${other}:1`] } },
    ])
      expect(refused(root), JSON.stringify(root)).toHaveLength(expected);
  });

  it.each([
    [
      { http: { listen: [':9464'] }, origin: { listen: ['0.0.0.0:9464'] } },
      'origin.listen.0: is taken by http.listen[0], which listens at every address',
    ],
    [{ http: { listen: ['127.0.0.1:1'], health_listen: ['0.0.0.0:1'] } }, 'http.health_listen.0: is taken by http.listen[0]'],
    [
      { http: { listen: ['0.0.0.0:1'] }, origin: { listen: ['127.0.0.1:1'] } },
      'origin.listen.0: is taken by http.listen[0], which listens at every IPv4 address',
    ],
    [
      { http: { listen: ['Exporter.Example:1'] }, origin: { listen: ['exporter.example:01'] } },
      'origin.listen.0: is taken by http.listen[0]',
    ],
    [{ http: { listen: ['localhost:1'] }, origin: { listen: [':1'] } }, 'origin.listen.0: is taken by http.listen[0]'],
  ])('are told by name: %j', (root, problem) => {
    expect(refused(root)).toEqual([problem]);
  });

  it.each([
    [{ http: { listen: [':0', ':00'], health_listen: ['0.0.0.0:0'] }, origin: { listen: [':0'] } }],
    [{ http: { listen: [':9464'] }, origin: { listen: [':9465'] } }],
    // A name may be of the other family.
    [{ http: { listen: ['localhost:1'] }, origin: { listen: ['127.0.0.1:1'] } }],
    // These have problems of their own.
    [{ http: { listen: 'text' }, origin: 5 }],
    [{ http: { listen: [null, 9464, '[:]:1', ':::1', ':::1', '*:1', '*:1'] }, origin: { listen: [{}] } }],
    [{}],
  ])('are let be where both can be bound, or where one is none: %j', (root) => {
    expect(refused(root)).toEqual([]);
  });
});
