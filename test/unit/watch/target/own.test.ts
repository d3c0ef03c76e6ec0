import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../src/redis/connection/target.ts';
import { createOwnAccount } from '../../../../src/watch/target/own.ts';

const KINDS = ['WRONGPASS', 'logins', 'NOAUTH', 'NOPERM'] as const;

/** Targets of one process that know each other, as far as the account looks at them. */
function fleet(servers: readonly string[]) {
  const targets = servers.map((runId) => ({
    own: { WRONGPASS: 0, logins: 0, NOAUTH: 0, NOPERM: 0 },
    state: { runId },
    awaited: 0,
    siblings: () => targets,
  }));
  return targets;
}

describe('what this process caused on a server', () => {
  const step = fc.record({ target: fc.nat(4), kind: fc.constantFrom(...KINDS, 'read' as const), server: fc.nat(2) });

  it('is all that its targets caused there since the last reading', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }), fc.array(step, { maxLength: 60 }), (servers, steps) => {
        const targets = fleet(servers.map((server) => `run-${server}`));
        const accounts = targets.map((target) => createOwnAccount(target as unknown as Target));
        const seen = targets.map(() => targets.map(() => ({ WRONGPASS: 0, logins: 0, NOAUTH: 0, NOPERM: 0 })));
        for (const { target: index, kind } of steps) {
          const reader = targets[index];
          if (reader === undefined) continue;
          if (kind !== 'read') {
            reader.own[kind]++;
            continue;
          }
          const expected = { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 };
          targets.forEach((other, place) => {
            const before = seen[index]?.[place] ?? other.own;
            if (other.state.runId === reader.state.runId) {
              expected.WRONGPASS += Math.max(other.own.WRONGPASS - before.WRONGPASS, other.own.logins - before.logins);
              expected.NOAUTH += other.own.NOAUTH - before.NOAUTH;
              expected.NOPERM += other.own.NOPERM - before.NOPERM;
            }
            Object.assign(before, other.own);
          });
          expect(accounts[index]?.read(reader.state.runId, true).caused).toEqual(expected);
        }
      }),
    );
  });
});
