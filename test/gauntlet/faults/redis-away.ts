import { eventually } from '../../support/eventually.ts';
import { connections } from '../clients.ts';
import type { Fault } from '../fault.ts';
import { HANGING } from '../settings.ts';

/** Redis cannot be asked: it is gone, or it turns everybody away. */
export const REDIS_AWAY: readonly Fault[] = [
  {
    name: 'Redis stopped',
    releases: 'both',
    inject: ({ server }) => server.stop(),
    lift: ({ server }) => server.start(),
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_unreachable' },
  },
  {
    name: 'Redis stopped where only chat is probed',
    releases: 'either',
    prepare: ({ watch }) => watch({ gateway: { routes: ['chat'] } }),
    inject: ({ server }) => server.stop(),
    lift: ({ server }) => server.start(),
    restore: ({ watch }) => watch(),
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_unreachable' },
  },
  {
    name: 'Redis refused',
    releases: 'either',
    async inject({ server }) {
      await server.command('CONFIG', 'SET', 'bind', '127.0.0.2');
      await server.cut('litellm', 'exporter');
    },
    async lift({ server }) {
      await server.command('CONFIG', 'SET', 'bind', '127.0.0.1');
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_unreachable' },
  },
  {
    name: 'Redis paused (SIGSTOP)',
    releases: 'both',
    inject: async ({ server }) => server.pause(),
    lift: async ({ server }) => server.resume(),
    expected: { verdict: ['not_measurable', 'memory_only', 'not_caching'], cause: 'redis_timeout' },
    intervals: HANGING,
  },
  {
    name: 'loading',
    releases: 'either',
    async inject({ server, hold }) {
      await server.command('DEBUG', 'POPULATE', 4_000, 'ballast', 2_000);
      await server.command('CONFIG', 'SET', 'key-load-delay', 5_000);
      const loading = server.command('DEBUG', 'RELOAD');
      loading.catch(() => undefined);
      hold({ close: async () => void (await loading) });
      await eventually(async () => String(await server.aside('INFO', 'persistence')).includes('loading:1'));
    },
    async lift({ server, letGo }) {
      await server.aside('CONFIG', 'SET', 'key-load-delay', 0);
      await letGo();
      await server.command('FLUSHALL');
    },
    expected: { verdict: ['memory_only', 'not_caching', 'not_measurable'], cause: 'redis_loading' },
  },
  {
    name: 'maxclients reached',
    releases: 'either',
    async inject({ server, hold }) {
      hold(await connections(server, 40));
      await server.command('CONFIG', 'SET', 'maxclients', 20);
      await server.cut('litellm');
    },
    async lift({ server, letGo }) {
      await letGo();
      await server.command('CONFIG', 'SET', 'maxclients', 10_000);
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_max_clients' },
  },
];
