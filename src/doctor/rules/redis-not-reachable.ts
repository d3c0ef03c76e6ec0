import { endpoints, formOf } from '../facts/endpoints.ts';
import { type Reach, reach } from '../facts/reach.ts';
import { asksForPassword, option, type Server, serverPort } from '../facts/redis-server.ts';
import { destination } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT, type Client, type Setup } from '../setup.ts';

export const redisNotReachable: Rule = {
  id: 'redis-not-reachable',
  severity: 'high',
  needs: ['compose', 'kubernetes'],
  title: 'the address of Redis leads LiteLLM to no Redis that takes its writes',
  check(setup) {
    const seen = new Set<string>();
    return CLIENT.flatMap((client): Finding[] => {
      const to = destination(setup, client);
      if (to === undefined || seen.has(`${to.host}:${to.port}`)) return [];
      seen.add(`${to.host}:${to.port}`);
      const why = reason(setup, reach(setup, to.host), to);
      return why === undefined ? [] : [{ ...why, place: to.place }];
    }).concat(CLIENT.flatMap((client) => nodes(setup, client)));
  },
};

/** Nodes of a cluster or Sentinels of which none has a name that leads anywhere: one that does is enough. */
function nodes(setup: Setup, client: Client): Finding[] {
  const form = formOf(setup, client);
  const all = form === 'cluster' || form === 'sentinel' ? endpoints(setup, client) : [];
  const reasons = all.map((to) => {
    const found = reach(setup, to.host);
    return found.kind === 'server' ? undefined : reason(setup, found, { ...to, db: '0' });
  });
  const [first] = all;
  const [why] = reasons;
  return first === undefined || why === undefined || reasons.includes(undefined) ? [] : [{ ...why, place: first.place }];
}

type Address = { host: string; port: string; db: string };
type Why = Omit<Finding, 'place'>;

const REFUSED = 'Connection refused, or no answer until the timeout: no answer is shared, and every worker pays for each prompt again.';
const UNRESOLVED = 'The name does not resolve: no answer is shared, and every worker pays for each prompt again.';

function reason(setup: Setup, found: Reach, to: Address): Why | undefined {
  switch (found.kind) {
    case 'apart':
      return {
        message: `LiteLLM and Redis of ${found.server.name} share no network, so ${to.host} does not resolve`,
        consequence: UNRESOLVED,
        fix: `put both services into one network: networks: [${found.server.service?.networks[0] ?? 'default'}]`,
        related: [related(found.server)],
      };
    case 'nothing':
      return {
        message: `no service, alias or container of this project is called ${to.host}`,
        consequence: UNRESOLVED,
        fix: `use the name of the service: ${found.server.name}:${serverPort(found.server)}`,
        related: [related(found.server)],
      };
    case 'other_namespace':
      return {
        message: `${to.host} is no Service of the namespace of LiteLLM; Service ${found.service.name} is in namespace ${found.service.namespace}`,
        consequence: UNRESOLVED,
        fix: `use ${found.service.name}.${found.service.namespace}`,
        related: [{ place: found.service.place, message: `Service ${found.service.name}` }],
      };
    case 'empty':
      return {
        message: `Service ${found.service.name} selects no pod: the labels of ${found.server.name} differ from its selector`,
        consequence: REFUSED,
        fix: 'give the Service the labels of the pod template as its selector',
        related: [{ place: found.service.place, message: `Service ${found.service.name}` }, related(found.server)],
      };
    case 'itself':
      return setup.gateway?.workload === undefined
        ? undefined
        : {
            message: `${to.host} is the pod of LiteLLM itself, Redis is ${found.server.name}`,
            consequence: REFUSED,
            fix: 'use the name of the Service of Redis',
            related: [related(found.server)],
          };
    case 'server':
      return replica(found.server) ?? badPort(found, to) ?? closed(found.server, to.host) ?? badDatabase(found.server, to);
    default:
      return undefined;
  }
}

function related(server: Server): { place: Finding['place']; message: string } {
  return { place: server.place, message: `Redis of ${server.name}` };
}

/** Through a Service the port of the Service counts, and where that leads to. */
function badPort({ server, through }: Extract<Reach, { kind: 'server' }>, to: Address): Why | undefined {
  if (through === undefined || through.headless) return undefined;
  if (!/^\d+$/.test(to.port)) return undefined;
  const listens = [serverPort(server), option(server, 'tls-port') ?? ''];
  const way = through.ports.find(({ port }) => port === to.port);
  const [first] = through.ports;
  if (way === undefined && first !== undefined)
    return {
      message: `Service ${through.name} has no port ${to.port}${listens.includes(to.port) ? ', which is the port of the container' : ''}; it listens on ${first.port}`,
      consequence: REFUSED,
      fix: `use ${to.host}:${first.port}`,
      related: [{ place: through.place, message: `Service ${through.name}` }],
    };
  const named = server.container?.ports.find(({ name }) => name === way?.target)?.port;
  const target = named ?? way?.target ?? '';
  if (!/^\d+$/.test(target) || listens.includes(target) || (server.more && !server.options.has('port'))) return undefined;
  return {
    message: `Service ${through.name} leads port ${to.port} to ${target}, where Redis of ${server.name} does not listen`,
    consequence: REFUSED,
    fix: `set targetPort to ${serverPort(server)}`,
    related: [{ place: through.place, message: `Service ${through.name}` }, related(server)],
  };
}

/** A replica takes no writes. */
function replica(server: Server): Why | undefined {
  const of = option(server, 'replicaof') ?? option(server, 'slaveof');
  const mode = server.variables.findLast(({ name }) => /^(?:REDIS|VALKEY)_REPLICATION_MODE$/.test(name))?.value?.reveal();
  const isReplica = (of !== undefined && of !== '' && of !== 'no one') || /^(?:slave|replica)$/.test(mode ?? '');
  if (!isReplica || option(server, 'replica-read-only') === 'no') return undefined;
  return {
    message: `Redis of ${server.name} is a replica, which refuses writes`,
    consequence: 'Redis answers READONLY to every write: nothing is cached or counted in Redis, and LiteLLM looks healthy.',
    fix: 'use the address of the master, or Sentinels',
    related: [related(server)],
  };
}

/** A server that takes connections from its own container only, by `bind` or by its protected mode (redis.io/docs, security). */
function closed(server: Server, host: string): Why | undefined {
  const bound = option(server, 'bind')?.split(/\s+/) ?? [];
  const isLoopback = (address: string) => /^-?(?:127\.|::1$|localhost$)/.test(address);
  if (isLoopback(host) || server.more) return undefined;
  const refused = { consequence: REFUSED, related: [related(server)] };
  if (bound.length > 0 && bound.every(isLoopback))
    return {
      ...refused,
      message: `Redis of ${server.name} listens on its own loopback only: bind ${bound.join(' ')}`,
      fix: 'set bind * -::* (or 0.0.0.0), with a password, and publish no port',
    };
  const isProtected = option(server, 'protected-mode') === 'yes' && bound.length === 0 && asksForPassword(server) === false;
  return isProtected
    ? {
        ...refused,
        message: `Redis of ${server.name} has protected-mode yes and no password, so it refuses every client outside of its own container`,
        fix: 'give Redis a password; protected-mode then lets LiteLLM in',
      }
    : undefined;
}

/** Redis has 16 databases, numbered from 0, unless it is told otherwise. */
function badDatabase(server: Server, { db }: Address): Why | undefined {
  const given = option(server, 'databases');
  if ((given === undefined && server.more) || !/^\d{1,9}$/.test(db)) return undefined;
  const count = Number(given ?? 16);
  if (!Number.isInteger(count) || Number(db) < count) return undefined;
  return {
    message: `Redis of ${server.name} has databases 0 to ${count - 1}, LiteLLM asks for ${db}`,
    consequence: 'Redis answers ERR DB index is out of range to every new connection: nothing is cached.',
    fix: `use a database below ${count}, or raise databases of Redis`,
    related: [related(server)],
  };
}
