import type { Fault } from '../fault.ts';
import { openFront } from '../front.ts';

/** The gateway and the exporter do not talk to the same Redis, or not in the same language. */
export const REDIS_ELSEWHERE: readonly Fault[] = [
  {
    name: 'TLS expected and plain given',
    releases: 'either',
    async inject({ server, hold }) {
      await server.command('CONFIG', 'SET', 'port', 0);
      hold(await openFront(server.tlsPort, server.port));
      await server.cut('litellm', 'exporter');
    },
    async lift({ server, letGo }) {
      await letGo();
      await server.command('CONFIG', 'SET', 'port', server.port);
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_tls' },
    // For a moment the port belongs to nobody.
    besides: ['redis_unreachable'],
  },
  {
    name: 'plain expected and TLS given',
    releases: 'either',
    gateways: ['tls'],
    async prepare({ server, rollOut, watch }) {
      rollOut('tls');
      const tls = { ca_file: server.ca.certFile, server_name: 'localhost' };
      await watch({ target: { url: `rediss://127.0.0.1:${server.tlsPort}`, tls } });
    },
    async inject({ server, hold }) {
      await server.command('CONFIG', 'SET', 'tls-port', 0);
      hold(await openFront(server.port, server.tlsPort));
      await server.cut('litellm', 'exporter');
    },
    async lift({ server, letGo }) {
      await letGo();
      await server.command('CONFIG', 'SET', 'tls-port', server.tlsPort);
    },
    async restore({ rollOut, watch }) {
      rollOut('standard');
      await watch();
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_tls' },
    // For a moment the port belongs to nobody; and until its breaker opens, the gateway keeps requests waiting for greetings that are not answered.
    besides: ['redis_unreachable', 'gateway_timeout'],
  },
  {
    name: 'gateway on another database',
    releases: 'either',
    gateways: ['another database'],
    inject: async ({ rollOut }) => rollOut('another database'),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected: { verdict: 'not_in_redis', cause: 'different_database' },
  },
  {
    name: 'gateway on another server',
    releases: 'either',
    gateways: ['another server'],
    inject: async ({ rollOut }) => rollOut('another server'),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected: { verdict: 'not_in_redis', cause: 'different_redis' },
  },
  {
    name: 'gateway with a namespace of its own',
    releases: 'either',
    gateways: ['namespace of its own'],
    inject: async ({ rollOut }) => rollOut('namespace of its own'),
    lift: async ({ rollOut }) => rollOut('standard'),
    expected: { verdict: 'working', cause: 'none' },
    passing: [],
  },
  {
    name: 'two gateways that do not share a cache',
    releases: 'either',
    gateways: ['another server'],
    prepare: ({ front, second, watch }) => watch({ gateway: { addresses: [front, second].map(({ port }) => `127.0.0.1:${port}`) } }),
    inject: async ({ second, gateway }) => second.to(gateway('another server').port),
    lift: async ({ second, gateway }) => second.to(gateway('standard').port),
    restore: ({ watch }) => watch(),
    expected: { verdict: ['not_caching', 'partial'], cause: 'different_redis' },
  },
  {
    name: 'failover of a replica',
    releases: 'either',
    gateways: ['sentinel'],
    async prepare({ sentinel: { port, master, password }, rollOut, watch }) {
      rollOut('sentinel');
      const own = { url: null, username: null, password_file: null, password };
      await watch({ target: { ...own, sentinel: { master, nodes: [`127.0.0.1:${port}`] } } });
    },
    inject: ({ sentinel }) => sentinel.failover(),
    lift: async () => undefined,
    async restore({ rollOut, watch }) {
      rollOut('standard');
      await watch();
    },
    expected: { verdict: 'working', cause: 'none' },
    // The old master goes on for ten seconds, for those who are connected to it.
    intervals: 6,
    passing: ['memory_only', 'not_caching', 'partial'],
    besides: ['redis_read_only', 'redis_unreachable'],
  },
];
