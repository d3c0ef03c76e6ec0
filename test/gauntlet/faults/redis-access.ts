import { setTimeout as sleep } from 'node:timers/promises';
import type { Expected, Fault } from '../fault.ts';
import { INTERVAL } from '../settings.ts';
import type { Stack } from '../stack.ts';

const REFUSED: Expected = { verdict: ['memory_only', 'not_caching'], cause: 'redis_auth' };
const FORBIDDEN: Expected = { verdict: ['memory_only', 'not_caching'], cause: 'redis_permission' };

/** Gives the gateway's user back all that it had. */
async function restore({ server }: Stack): Promise<void> {
  await server.command('ACL', 'SETUSER', 'litellm', 'reset', 'on', `>${server.passwords.litellm}`, '~*', '&*', '+@all');
}

function forbidden(name: string, ...rules: readonly string[]): Fault {
  return {
    name,
    releases: 'either',
    async inject({ server }) {
      await server.command('ACL', 'SETUSER', 'litellm', ...rules);
    },
    lift: restore,
    expected: FORBIDDEN,
  };
}

/** Redis answers, and refuses the gateway. */
export const REDIS_ACCESS: readonly Fault[] = [
  {
    name: 'wrong password',
    releases: 'both',
    gateways: ['password wrong'],
    // The gateway was refused while it started, and what was seen of that is no part of this fault.
    prepare: ({ forget }) => forget(),
    inject: async ({ rollOut }) => rollOut('password wrong'),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected: REFUSED,
  },
  {
    name: 'password required but not given',
    releases: 'both',
    gateways: ['password missing'],
    // The gateway was refused while it started, and what was seen of that is no part of this fault.
    prepare: ({ forget }) => forget(),
    inject: async ({ rollOut }) => rollOut('password missing'),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected: REFUSED,
  },
  {
    name: 'password rotated under open connections, then connections dropped',
    releases: 'both',
    async inject({ server }) {
      await server.command('ACL', 'SETUSER', 'litellm', 'resetpass', '>the next password');
      await sleep(INTERVAL);
      await server.cut('litellm');
    },
    lift: restore,
    expected: REFUSED,
  },
  {
    name: 'password rotated where only chat is probed',
    releases: 'both',
    prepare: ({ watch }) => watch({ gateway: { routes: ['chat'] } }),
    async inject({ server }) {
      await server.command('ACL', 'SETUSER', 'litellm', 'resetpass', '>the next password');
      await server.cut('litellm');
    },
    lift: restore,
    restore: ({ watch }) => watch(),
    expected: REFUSED,
  },
  {
    name: 'user deleted',
    releases: 'either',
    async inject({ server }) {
      await server.command('ACL', 'DELUSER', 'litellm');
    },
    lift: restore,
    expected: REFUSED,
  },
  forbidden('ACL user without write', '-@write'),
  forbidden('ACL user without the namespace', 'resetkeys', '~another-namespace:*'),
  forbidden('ACL user without a command', '-get'),
];
