import { describe, expect, it } from 'vitest';
import type { AclEntry } from '../../../../../src/redis/replies/acl-log.ts';
import { readAround } from '../../../../../src/watch/gateway/backend/acl-log.ts';

type Logs = Record<string, AclEntry[] | undefined>;

describe('whether it is known what came to the logs with the pairs', () => {
  it.each<[string, Logs, Logs, boolean]>([
    ['a server that was read twice', { a: [] }, { a: [] }, true],
    ['all masters of a cluster', { a: [], b: [] }, { b: [], a: [] }, true],
    ['no server', {}, {}, false],
    ['a server that could not be read before', { a: undefined }, {}, false],
    ['a server that could not be read after', { a: [] }, { a: undefined }, false],
    ['one master that could not be read before', { a: [], b: undefined }, { a: [], b: [] }, false],
    ['one master that could not be read after', { a: [], b: [] }, { a: [], b: undefined }, false],
    ['a master whose connection was lost meanwhile', { a: [], b: [] }, { a: [] }, false],
    ['another master after a failover', { a: [], b: [] }, { a: [], c: [] }, false],
    ['one more master', { a: [] }, { a: [], b: [] }, false],
  ])('of %s', (_, before, after, isKnown) => {
    expect(readAround(new Map(Object.entries(before)), new Map(Object.entries(after)))).toBe(isKnown);
  });
});
