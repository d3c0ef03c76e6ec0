import { CENSUS_COMMANDS } from '../../redis/census.ts';
import { ACL_LOG } from '../../redis/replies/acl-log.ts';
import { CLIENT_LIST } from '../../redis/replies/client-list.ts';
import { CLUSTER_INFO } from '../../redis/replies/cluster/info.ts';
import { CLUSTER_NODES } from '../../redis/replies/cluster/lines.ts';
import { CLUSTER_SHARDS } from '../../redis/replies/cluster/shards.ts';
import { argumentsFor } from '../../redis/replies/query.ts';
import { isSince, releaseNamed, type Since } from '../../redis/replies/releases.ts';
import { COLLECTORS } from '../index.ts';

/** Commands whose first argument is a subcommand that can be granted alone. */
const CONTAINERS = new Set(['ACL', 'CLIENT', 'CLUSTER', 'COMMANDLOG', 'LATENCY', 'MEMORY', 'SLOWLOG']);

/** What the canaries send, and what the gateway watch sends to see the keys of its pairs arrive. */
const BESIDES: readonly (readonly string[])[] = [
  ['PING'],
  ['SELECT'],
  ['EXISTS'],
  ['PTTL'],
  ['CLIENT', 'ID'],
  ['CLIENT', 'TRACKING'],
  ['CLIENT', 'SETNAME'],
  ['SUBSCRIBE'],
];

/**
 * Any key, because the entries of users have names that nobody can foresee and every tenth pair looks at the
 * time to live of one. The commands that are granted cannot read a value or change one.
 */
const KEYS = '*';

/** From here on keys can be restricted to reading. */
const READ_ONLY_KEYS: Since = { redis: [7, 0, 0], valkey: [7, 2, 0] };

const INVALIDATIONS = '__redis__:invalidate';

/**
 * The rules of ACL SETUSER that let a user do all that the exporter does and nothing else, without its
 * password: made from the collectors' queries. `name` is a release, `8.2.3` or `valkey-9.1.2`.
 */
export function aclRules(name: string): string[] {
  const release = releaseNamed(name);
  const queries = [...COLLECTORS.flatMap((collector) => Object.values(collector.queries)), ACL_LOG, CLIENT_LIST, CLUSTER_INFO];
  const commands = queries.flatMap((query) => {
    const args = argumentsFor(query, release);
    return args === undefined ? [] : [args];
  });
  const permissions = new Set([...commands, ...BESIDES].map(permissionFor));
  const keys = `${isSince(release, READ_ONLY_KEYS) ? '%R~' : '~'}${KEYS}`;
  return ['reset', 'on', keys, 'resetchannels', `&${INVALIDATIONS}`, ...permissions];
}

/** The rules that every node of a target with `cluster` needs on a release, beside those of `aclRules`. */
export function clusterRules(name: string): string[] {
  const release = releaseNamed(name);
  return [CLUSTER_SHARDS, CLUSTER_NODES].flatMap((query) => {
    const args = argumentsFor(query, release);
    return args === undefined ? [] : [permissionFor(args)];
  });
}

/** The command that grants the exporter's user what it needs on a cluster, for people. */
export function clusterRule(username: string, release: string): string {
  return ['ACL', 'SETUSER', username, ...clusterRules(release)].join(' ');
}

/** The rules that a census needs; on any version, and beside those of `aclRules`, of which the key pattern is needed, too. */
export function censusRules(): string[] {
  return CENSUS_COMMANDS.map(permissionFor);
}

/** The command that grants the exporter's user a census, for people. */
export function censusRule(username: string): string {
  return ['ACL', 'SETUSER', username, ...censusRules()].join(' ');
}

/** The command that creates the exporter's user, for people; the password is to be put in. */
export function aclRule(username: string, release: string): string {
  return ['ACL', 'SETUSER', username, ...aclRules(release), '>PASSWORD'].join(' ');
}

function permissionFor([command = '', subcommand]: readonly string[]): string {
  const name = CONTAINERS.has(command) && subcommand !== undefined ? `${command}|${subcommand}` : command;
  return `+${name.toLowerCase()}`;
}
