import { describe, expect, it } from 'vitest';
import type { AclEntry } from '../../../../src/redis/replies/acl-log.ts';
import { createAclLogMemory } from '../../../../src/watch/target/acl-log.ts';

/** Entries as a server before 7.2 gives them: without a number. */
function unnumbered(username: string, count: number, ageSeconds: number): AclEntry {
  return { key: `auth\0toplevel\0AUTH\0${username}`, reason: 'auth', count, username, what: 'auth', ageSeconds };
}

function numbered(id: number, count: number): AclEntry {
  return { key: `#${id}`, id, reason: 'auth', count, username: 'user', what: 'auth', ageSeconds: 0 };
}

describe.each([
  ['numbered', [numbered(3, 5), numbered(2, 1)], [numbered(4, 2), numbered(3, 7), numbered(2, 1)], [2, 2]],
  [
    'unnumbered',
    [unnumbered('a', 5, 1), unnumbered('b', 1, 90)],
    [unnumbered('c', 2, 1), unnumbered('a', 7, 3), unnumbered('b', 1, 105)],
    [2, 2],
  ],
])('the memory of an ACL LOG with %s entries', (_, first, second, growths) => {
  it('takes what it reads first for old, and counts what grows and what comes', () => {
    const memory = createAclLogMemory();
    expect(memory.read(first, 0)).toEqual([]);
    expect(memory.read(second, 15_000).map(({ count }) => count)).toEqual(growths);
    expect(
      memory.read(
        second.map((entry) => ({ ...entry, ageSeconds: entry.ageSeconds + 15 })),
        30_000,
      ),
    ).toEqual([]);
  });

  it('forgets', () => {
    const memory = createAclLogMemory();
    memory.read(first, 0);
    memory.forget();
    expect(memory.read(second, 15_000)).toEqual([]);
  });

  it('takes everything for new after a restart', () => {
    const memory = createAclLogMemory();
    memory.read(second, 0);
    memory.startOver();
    expect(memory.read(first, 15_000).map(({ count }) => count)).toEqual([5, 1]);
  });
});

describe('entries without a number', () => {
  it('are new when one of the same kind began after the last, more than a minute before, had ended', () => {
    const memory = createAclLogMemory();
    memory.read([unnumbered('a', 5, 1)], 0);
    expect(memory.read([unnumbered('a', 2, 1), unnumbered('a', 5, 121)], 120_000)).toMatchObject([{ count: 2 }]);
  });

  it('are old when they were pushed out of sight and come back', () => {
    const memory = createAclLogMemory();
    memory.read([], 0);
    expect(memory.read([unnumbered('a', 5, 60)], 15_000)).toEqual([]);
  });
});
