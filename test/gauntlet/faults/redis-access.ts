import { setTimeout as sleep } from 'node:timers/promises';
import { hasBehaviour } from '../../../src/litellm/releases.ts';
import type { Expected, Fault } from '../fault.ts';
import { INTERVAL } from '../settings.ts';
import type { Held, Stack } from '../stack.ts';

const REFUSED: Expected = { verdict: ['memory_only', 'not_caching'], cause: 'redis_auth' };
/** The time between two chats of users. */
const CHAT_MS = 500;
const FORBIDDEN: Expected = { verdict: ['memory_only', 'not_caching'], cause: 'redis_permission' };

/** Gives the gateway's user back all that it had. */
async function restore({ server }: Stack): Promise<void> {
  await server.command('ACL', 'SETUSER', 'litellm', 'reset', 'on', `>${server.passwords.litellm}`, '~*', '&*', '+@all');
}

/** The same, where logins were refused: a breaker that stays open then is healed by a restart of the gateway, as an operator would. */
/** What a gateway is that is ended and started again: away, and slow with its first answers on a busy machine. */
const RESTARTED = ['gateway_error', 'gateway_timeout'] as const;

async function letIn(stack: Stack): Promise<void> {
  await restore(stack);
  if (hasBehaviour(stack.release, 'breaker_stays_open')) await restart(stack);
}

async function restart({ end, need, rollOut }: Stack): Promise<void> {
  await end('standard');
  await need(['standard']);
  rollOut('standard');
}

/** Users that send a new chat all the time. */
function chatting({ front, key }: Stack): Held {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    const body = JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: `chat ${count}` }] });
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    fetch(`http://127.0.0.1:${front.port}/v1/chat/completions`, { method: 'POST', headers, body })
      .then((answer) => answer.arrayBuffer())
      .catch(() => undefined);
  }, CHAT_MS);
  return { close: () => clearInterval(timer) };
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
    lift: letIn,
    besides: RESTARTED,
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
    lift: letIn,
    besides: RESTARTED,
    restore: ({ watch }) => watch(),
    expected: REFUSED,
  },
  {
    name: 'user deleted',
    releases: 'either',
    async inject({ server }) {
      await server.command('ACL', 'DELUSER', 'litellm');
    },
    lift: letIn,
    besides: RESTARTED,
    expected: REFUSED,
  },
  {
    name: 'password refused for seconds while users chat, on a release whose breaker stays open',
    releases: 'both',
    needs: 'breaker_stays_open',
    gateways: ['patient breaker'],
    // A slow /cache/ping is not asked again; the gateway's own credential tells then that Redis would let it in.
    async prepare({ rollOut, watch, server }) {
      rollOut('patient breaker');
      await watch({ target: { canaries: [{ name: 'litellm', username: 'litellm', password: server.passwords.litellm }] } });
    },
    // Its breaker is still open.
    async restore({ watch, end }) {
      await end('patient breaker');
      await watch();
    },
    async inject(stack) {
      stack.hold(chatting(stack));
      await stack.server.command('ACL', 'SETUSER', 'litellm', 'resetpass', '>the next password');
      await stack.server.cut('litellm');
      await sleep(3 * INTERVAL);
      await restore(stack);
    },
    async lift(stack) {
      await stack.letGo();
      await restart(stack);
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'breaker_open' },
    besides: ['redis_auth', ...RESTARTED],
    // Three rounds in which the gateway leaves Redis alone, and those in which it was let in again and the canary was.
    intervals: 6,
    since: '2026-11-30',
  },
  forbidden('ACL user without write', '-@write'),
  forbidden('ACL user without the namespace', 'resetkeys', '~another-namespace:*'),
  forbidden('ACL user without a command', '-get'),
];
