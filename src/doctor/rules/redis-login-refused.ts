import { createHash } from 'node:crypto';
import type { Account } from '../facts/acl.ts';
import { redisUrl } from '../facts/address.ts';
import { endpoints, formOf } from '../facts/endpoints.ts';
import { environmentIsKnown } from '../facts/gateway.ts';
import { reach } from '../facts/reach.ts';
import { asksForPassword, isBitnami, option, type Server } from '../facts/redis-server.ts';
import { destination, setting } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Client, type Setup } from '../setup.ts';
import { redisUrlWithoutPassword } from './redis-url-without-password.ts';

export const redisLoginRefused: Rule = {
  id: 'redis-login-refused',
  severity: 'critical',
  needs: ['compose', 'kubernetes'],
  title: 'LiteLLM logs in to Redis with something else than Redis asks for',
  check(setup) {
    const seen = new Set<string>();
    return CLIENT.flatMap((client): Finding[] => {
      // The nodes of a cluster have one login.
      const to = destination(setup, client) ?? (formOf(setup, client) === 'cluster' ? endpoints(setup, client)[0] : undefined);
      const login = loginOf(setup, client);
      if (to === undefined || login === undefined) return [];
      const found = reach(setup, to.host);
      if (found.kind !== 'server') return [];
      const why = refusal(login, found.server, setup.gateway?.workload !== undefined);
      // The other rule says of the same url which password it hides.
      if (why === undefined || seen.has(why.message) || (login.password === null && hidesPassword(setup))) return [];
      seen.add(why.message);
      return [
        {
          place: login.place ?? to.place,
          message: `${CALLED[client]} ${why.message}`,
          consequence: `${why.answer} Each worker then answers duplicates from its own memory only, and nothing looks broken.`,
          fix: why.fix,
          related: [{ place: found.server.place, message: `Redis of ${found.server.name}` }],
        },
      ];
    });
  },
};

const CALLED: Readonly<Record<Client, string>> = {
  cache: 'the cache',
  router: 'the router',
  coordination: 'the coordination Redis',
  semantic: 'the semantic cache',
};

/** What a client sends: `null` for nothing, undefined for what is not known. */
interface Login {
  username: string | null | undefined;
  password: string | null | undefined;
  place: Finding['place'] | undefined;
}

const OTHER_WAYS = [
  'credential_provider',
  'redis_connect_func',
  'gcp_service_account',
  'azure_redis_ad_token',
  'aws_iam_auth',
  'sentinel_nodes',
];

/** The login of a client; undefined where it is made in another way, or its environment is not known. */
function loginOf(setup: Setup, client: Client): Login | undefined {
  if (!environmentIsKnown(setup) || OTHER_WAYS.some((name) => setting(setup, client, name) !== undefined)) return undefined;
  if (setup.gateway?.gaps.some(({ kind }) => kind !== 'identity') || setup.gaps.some(({ kind }) => kind === 'configuration'))
    return undefined;
  const url = setting(setup, client, 'url');
  const parsed = url?.value === undefined ? undefined : redisUrl(url.value.reveal());
  if (url !== undefined && parsed === undefined) return undefined;
  const of = (name: 'username' | 'password') => {
    const given = setting(setup, client, name);
    const inUrl = parsed?.[name];
    if (inUrl !== undefined) return inUrl;
    if (given === undefined) return null;
    return given.value === undefined ? undefined : given.value.reveal() || null;
  };
  return { username: of('username'), password: of('password'), place: setting(setup, client, 'password')?.place ?? url?.place };
}

function hidesPassword(setup: Setup): boolean {
  return redisUrlWithoutPassword.check(setup).length > 0;
}

interface Refusal {
  message: string;
  answer: string;
  fix: string;
}

/** A password that is set and not known. */
const UNKNOWN = Symbol('unknown');
type Password = string | null | typeof UNKNOWN;

const WRONG = 'Redis answers WRONGPASS.';
const NONE = 'Redis answers NOAUTH.';

/** A password from a Secret is not known, but it is one; a variable of Compose that is not known may be empty. */
function refusal({ username, password: given }: Login, server: Server, isSecret: boolean): Refusal | undefined {
  if (username === undefined || (given === undefined && !isSecret)) return undefined;
  const password = given === undefined ? UNKNOWN : given;
  const user = username ?? 'default';
  const account = server.accounts.findLast(({ name }) => name === user);
  if (account !== undefined) return ofAccount(username, password, account, server);
  if (user !== 'default')
    return server.more
      ? undefined
      : {
          message: `logs in as user ${shown(user)}, which Redis of ${server.name} does not have`,
          answer: WRONG,
          fix: `add that user to Redis, or take the username away from LiteLLM`,
        };
  const asks = asksForPassword(server);
  if (asks === false) return password === null || username !== null ? undefined : open(server);
  if (asks !== true) return undefined;
  if (password === null) return none(server);
  const own = ownPassword(server);
  return own === undefined || password === UNKNOWN || own === password ? undefined : differs(server);
}

function ofAccount(username: string | null, password: Password, account: Account, server: Server): Refusal | undefined {
  if (!account.on)
    return {
      message: `logs in as user ${shown(account.name)}, which is off in Redis of ${server.name}`,
      answer: password === null ? NONE : WRONG,
      fix:
        account.name === 'default'
          ? 'give LiteLLM the username and password of a user that is on'
          : `switch user ${shown(account.name)} on, or use another one`,
    };
  if (account.open) return password !== null && username === null ? open(server) : undefined;
  if (password === null) return none(server);
  if (password === UNKNOWN || account.hidden || account.passwords.some((text) => text.includes('$'))) return undefined;
  const digest = createHash('sha256').update(password).digest('hex');
  return account.passwords.includes(password) || account.hashes.includes(digest) ? undefined : differs(server);
}

function none(server: Server): Refusal {
  return {
    message: `logs in without a password, Redis of ${server.name} asks for one`,
    answer: NONE,
    fix: 'give LiteLLM the password: password: os.environ/REDIS_PASSWORD in cache_params, and the variable to its container',
  };
}

function differs(server: Server): Refusal {
  return {
    message: `logs in with another password than that of Redis of ${server.name}`,
    answer: WRONG,
    fix: 'give both sides the same password, best from one variable',
  };
}

function open(server: Server): Refusal {
  return {
    message: `logs in with a password, Redis of ${server.name} has none`,
    answer: 'Redis answers ERR AUTH called without any password configured, and the client gives up.',
    fix: 'give Redis the password that LiteLLM has: --requirepass, or a user of its ACL',
  };
}

/** The password that the server asks its default user for, where it can be read. */
function ownPassword(server: Server): string | undefined {
  const fromOption = option(server, 'requirepass')?.replace(/^(['"])(.*)\1$/, '$2');
  const fromVariable = isBitnami(server)
    ? server.variables.findLast(({ name }) => name === 'REDIS_PASSWORD' || name === 'VALKEY_PASSWORD')?.value?.reveal()
    : undefined;
  const text = fromOption ?? fromVariable;
  return text === undefined || text === '' || /\$|^\s|\s-/.test(text) ? undefined : text;
}

function shown(name: string): string {
  return /^[\w-]{1,32}$/.test(name) ? name : 'of another name';
}
