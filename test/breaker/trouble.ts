import type { Server } from '../gauntlet/server.ts';
import { eventually } from '../support/eventually.ts';

/** What keeps a gateway from its Redis for some seconds, and how that ends. */
export interface Trouble {
  begin(server: Server): Promise<void>;
  end(server: Server): Promise<void>;
}

const ALL = ['~*', '&*', '+@all'] as const;

async function letIn(server: Server): Promise<void> {
  await server.command('ACL', 'SETUSER', 'litellm', 'reset', 'on', `>${server.passwords.litellm}`, ...ALL);
}

/** Every trouble by its name in the table. The first two are refused logins. */
export const TROUBLES = {
  'password refused': {
    async begin(server) {
      await server.command('ACL', 'SETUSER', 'litellm', 'resetpass', '>the next password');
      await server.cut('litellm');
    },
    end: letIn,
  },
  'user deleted': {
    async begin(server) {
      await server.command('ACL', 'DELUSER', 'litellm');
    },
    end: letIn,
  },
  'Redis stopped': { begin: (server) => server.stop(), end: (server) => server.start() },
  'Redis frozen': { begin: async (server) => server.pause(), end: async (server) => server.resume() },
  'out of memory': {
    async begin(server) {
      await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await server.command('CONFIG', 'SET', 'maxmemory', 1);
    },
    async end(server) {
      await server.command('CONFIG', 'SET', 'maxmemory', 0);
    },
  },
  loading: {
    async begin(server) {
      await server.command('DEBUG', 'POPULATE', 4_000, 'ballast', 2_000);
      await server.command('CONFIG', 'SET', 'key-load-delay', 5_000);
      server.command('DEBUG', 'RELOAD').catch(() => undefined);
      await eventually(async () => String(await server.aside('INFO', 'persistence')).includes('loading:1'));
    },
    async end(server) {
      await server.aside('CONFIG', 'SET', 'key-load-delay', 0);
      await eventually(async () => !String(await server.aside('INFO', 'persistence')).includes('loading:1'));
      await server.command('FLUSHALL');
    },
  },
} as const satisfies Record<string, Trouble>;
export type TroubleName = keyof typeof TROUBLES;
