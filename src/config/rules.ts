import type { z } from 'zod';
import { formatDuration } from '../source/duration.ts';
import { closest, type Path, pathText } from '../source/problem.ts';
import { nodeText, parseNode, type WrittenAddress } from '../source/redis-url.ts';
import { Secret } from '../source/secret.ts';
import { isSection, type Section } from '../source/section.ts';
import type { RedisLogin } from './address.ts';
import { costRules } from './cost.ts';
import { fidelityRules } from './fidelity.ts';
import { NAME } from './fields.ts';
import { listenRules } from './listening.ts';
import type { Report, Rules } from './section.ts';

/**
 * The arguments of `superRefine` that run rules on every section, also on one whose keys have problems
 * of their own, so that one run reports everything.
 */
export function always(rules: Rules): [(value: unknown, context: z.RefinementCtx) => void, { when: () => boolean }] {
  return [
    (value, context) => {
      if (!isSection(value)) return;
      rules(value, (path, message, suggestion) => {
        context.addIssue({ code: 'custom', path: [...path], message, params: { suggestion } });
      });
    },
    { when: () => true },
  ];
}

/** Rules between the keys of a TLS section. */
export function tlsRules(tls: Section, report: Report): void {
  if (tls.cert_file !== undefined && tls.key_file === undefined) report(['cert_file'], 'needs key_file beside it');
  if (tls.key_file !== undefined && tls.cert_file === undefined) report(['key_file'], 'needs cert_file beside it');
}

/** Rules between user and password. */
export function credentialRules(credential: Section, report: Report): void {
  onlyOne(credential, 'password', report);
  const given = credential.password ?? credential.password_file;
  if (credential.username !== undefined && given === undefined) {
    report(['username'], 'is never sent without a password', 'add password or password_file; any text will do for a nopass user');
  }
}

/** Rules of other people's credentials. */
export function canaryRules(canary: Section, report: Report): void {
  credentialRules(canary, report);
  if (canary.name === 'exporter') report(['name'], 'exporter is the name of the credential of the target itself', 'choose another');
}

/** Rules of one Redis target. */
export function targetRules(target: Section, report: Report): void {
  const { url, username, password, password_file } = target;
  placeRules(target, report);
  if (isLogin(url)) {
    if (url.password && (password ?? password_file) !== undefined)
      report(['password'], 'cannot be combined with the password in url', 'keep one of the two');
    if (url.username && username !== undefined) report(['username'], 'cannot be combined with the user in url', 'keep one of the two');
    if (url.username && !url.password && (password ?? password_file) === undefined) {
      report(['url'], 'has a user but no password', 'write redis://:PASSWORD@HOST when it is the password, or add password');
    }
    if (!url.address.tls && usesTls(target.tls)) report(['tls'], 'is not used by this url', 'write rediss:// in url');
    if (url.username === undefined) credentialRules(target, report);
    else onlyOne(target, 'password', report);
  } else credentialRules(target, report);
  timing(target, report);
  unique(target.canaries, ['canaries'], report);
}

const PLACES = ['url', 'sentinel', 'cluster'];

/** A target is in one place. */
function placeRules(target: Section, report: Report): void {
  const [first, ...others] = PLACES.filter((key) => target[key] !== undefined);
  if (first === undefined) report([], 'needs url, sentinel or cluster');
  for (const other of others) report([other], `cannot be combined with ${first}`, 'keep one of the two');
  const seen = new Set<string>();
  for (const [index, node] of nodesOf(target.cluster).entries()) {
    const parsed = parseNode(node.toLowerCase());
    const name = parsed === undefined ? node.toLowerCase() : nodeText(parsed);
    if (name !== '' && seen.has(name)) report(['cluster', 'nodes', index], 'names a node twice');
    seen.add(name);
  }
}

function nodesOf(cluster: unknown): string[] {
  const nodes = isSection(cluster) ? cluster.nodes : undefined;
  return Array.isArray(nodes) ? nodes.map((node: unknown) => (typeof node === 'string' ? node : '')) : [];
}

/** Rules of one tenant of a gateway. */
export function tenantRules(tenant: Section, report: Report): void {
  onlyOne(tenant, 'api_key', report);
  if (tenant.api_key === undefined && tenant.api_key_file === undefined)
    report([], 'needs api_key_file or api_key', 'the gateway tells tenants apart by their keys');
}

/** Rules of one gateway. */
export function gatewayRules(gateway: Section, report: Report): void {
  onlyOne(gateway, 'api_key', report);
  const { url, metrics_url, routes } = gateway;
  const isPlain = [url, metrics_url].every((address) => typeof address !== 'string' || address.startsWith('http:'));
  if (typeof url === 'string' && isPlain && usesTls(gateway.tls)) report(['tls'], 'is not used by this url', 'write https:// in url');
  replicaRules(gateway, report);
  sharingRules(gateway, report);
  if (Array.isArray(routes) && new Set(routes).size < routes.length) report(['routes'], 'names a route twice');
  fidelityRules(gateway, report);
  timing(gateway, report);
  costRules(gateway, report);
}

/** Rules of the lease. */
export function leaseRules({ redis, kubernetes }: Section, report: Report): void {
  if (redis === undefined && kubernetes === undefined) report([], 'needs redis or kubernetes');
  if (redis !== undefined && kubernetes !== undefined) report(['kubernetes'], 'cannot be combined with redis', 'keep one of the two');
}

/** Rules of the origin. */
export function originRules(origin: Section, report: Report): void {
  onlyOne(origin, 'api_key', report);
  if ((origin.api_key ?? origin.api_key_file) === undefined) report([], 'needs api_key or api_key_file');
}

/** Rules between the sections. */
export function rootRules(root: Section, report: Report): void {
  unique(root.redis, ['redis'], report);
  unique(root.gateways, ['gateways'], report);
  const targets = names(root.redis);
  const known = new Set(targets);
  const more = sections(root.discovery);
  for (const [index, gateway] of sections(root.gateways).entries()) {
    if (gateway.origin === true && root.origin === undefined)
      report(['gateways', index, 'origin'], 'needs the section origin, whose key signs the answers', 'add origin with api_key_file');
    const target = gateway.redis;
    // A list may name it.
    if (!isName(target) || known.has(target) || more.some(({ kind }) => kind === 'redis')) continue;
    report(['gateways', index, 'redis'], `no target is named ${target}`, targetHint(target, targets));
  }
  reuseRules(root, report);
  leasePlace(root, report);
  listenRules(root, report);
  if (isEmpty(root.redis) && isEmpty(root.gateways) && root.origin === undefined && more.length === 0) {
    report([], 'there is nothing to watch', 'add an entry to redis or to gateways');
  }
}

/** Reuse is of gateways that keep their cache in the target. */
function reuseRules({ redis, gateways, discovery }: Section, report: Report): void {
  const known = sections(gateways);
  for (const [index, { name, reuse }] of sections(redis).entries()) {
    const named = isSection(reuse) && Array.isArray(reuse.gateways) ? reuse.gateways : [];
    const own = new Set(
      known.filter((gateway) => gateway.redis === name).flatMap((gateway) => (isName(gateway.name) ? [gateway.name] : [])),
    );
    for (const [place, gateway] of named.entries()) {
      if (!isName(gateway) || own.has(gateway) || discovery !== undefined) continue;
      const others = names(gateways).includes(gateway) ? `the gateway ${gateway} has another target` : `no gateway is named ${gateway}`;
      report(['redis', index, 'reuse', 'gateways', place], others, targetHint(gateway, [...own]));
    }
    if (isSection(reuse) && own.size === 0 && discovery === undefined)
      report(['redis', index, 'reuse'], 'no gateway has this target', 'add redis: with the name of the target to the gateway');
  }
}

/** The exporter writes nothing to what it watches, and an outage there must not keep it from probing. */
function leasePlace({ lease, redis }: Section, report: Report): void {
  const watched = sections(redis).find((target) => isLeaseServer(lease, target));
  if (watched === undefined) return;
  const reason = 'while that server is down no exporter could probe, and nothing may be written to it';
  report(['lease', 'redis', 'url'], `is the server of the target ${watched.name}: ${reason}`, 'use another server, or kubernetes');
}

/** Whether a target is the server that keeps the lease. */
export function isLeaseServer(lease: unknown, target: Section): boolean {
  const kept = isSection(lease) && isSection(lease.redis) ? place(lease.redis) : undefined;
  return kept !== undefined && [place(target), ...nodePlaces(target)].includes(kept);
}

/** Host and port of the nodes of a cluster, as far as the configuration names them. */
function nodePlaces({ cluster }: Section): string[] {
  return nodesOf(cluster).flatMap((text) => {
    const node = parseNode(text);
    return node === undefined ? [] : [`${node.host.toLowerCase()}:${node.port}`];
  });
}

/** Host and port, or the path of a socket. A section with a problem of its own still has its address in `url`. */
function place({ address, url }: Section): string | undefined {
  const known = isAddress(address) ? address : isLogin(url) ? url.address : undefined;
  if (known === undefined) return undefined;
  return 'path' in known ? known.path : `${known.host.toLowerCase()}:${known.port}`;
}

function onlyOne(section: Section, key: string, report: Report): void {
  if (section[key] !== undefined && section[`${key}_file`] !== undefined)
    report([`${key}_file`], `cannot be combined with ${key}`, 'keep one of the two');
}

function replicaRules({ url, addresses }: Section, report: Report): void {
  const list: unknown[] = Array.isArray(addresses) ? addresses : [];
  const seen = new Set<string>();
  for (const [index, address] of list.entries()) {
    if (typeof address !== 'string') continue;
    if (seen.has(address)) report(['addresses', index], 'names a replica twice');
    seen.add(address);
    if (typeof url === 'string' && address.includes('://') && !address.startsWith(url.slice(0, url.indexOf(':') + 1)))
      report(['addresses', index], 'has another scheme than url', 'write host:port');
  }
}

/** Whether tenants share takes two of them, each with a key of its own. */
function sharingRules({ tenants, expect }: Section, report: Report): void {
  const list = sections(tenants);
  if (list.length === 1)
    report(
      ['tenants'],
      'names one tenant, and whether tenants share an answer takes at least two',
      'add another tenant, or remove this key',
    );
  unique(tenants, ['tenants'], report);
  const sharing = isSection(expect) ? expect.sharing : undefined;
  if (sharing !== undefined && list.length === 0 && !isPartlyWritten(tenants))
    report(['expect', 'sharing'], 'cannot be seen without tenants', 'add two entries to tenants, or remove this key');
  const keys = list.map((tenant) => [tenant.api_key, tenant.api_key_file].find((key) => key instanceof Secret));
  for (const [index, key] of keys.entries()) {
    const other = keys.findIndex((known) => key !== undefined && known?.equals(key));
    if (other >= 0 && other < index)
      report(['tenants', index], `has the key of ${pathText(['tenants', other])}`, 'give each tenant a key of its own');
  }
}

/** Something was written that is no list: that is the problem to report. */
function isPartlyWritten(list: unknown): boolean {
  return list !== undefined && !Array.isArray(list);
}

function timing({ interval, timeout }: Section, report: Report): void {
  if (typeof interval !== 'number' || typeof timeout !== 'number' || timeout < interval) return;
  report(['timeout'], `${formatDuration(timeout)} is not shorter than the interval of ${formatDuration(interval)}`);
}

function unique(list: unknown, path: Path, report: Report): void {
  const first = new Map<unknown, number>();
  for (const [index, { name }] of sections(list).entries()) {
    if (!isName(name)) continue;
    const other = first.get(name);
    if (other === undefined) first.set(name, index);
    else report([...path, index, 'name'], `${name} is already the name of ${pathText([...path, other])}`);
  }
}

/** Names that a message lists. */
const MAX_NAMES = 20;

function targetHint(target: string, targets: readonly string[]): string {
  // Among very many names to look for a similar one costs more than it tells.
  const near = targets.length > 1_000 ? undefined : closest(target, targets);
  if (near !== undefined) return `did you mean ${near}?`;
  if (targets.length === 0) return 'add the target to redis, or remove this line';
  return `known are ${targets.slice(0, MAX_NAMES).join(', ')}${targets.length > MAX_NAMES ? ` and ${targets.length - MAX_NAMES} more` : ''}`;
}

function usesTls(tls: unknown): boolean {
  return isSection(tls) && Object.values(tls).some((value) => value !== undefined && value !== false);
}

/** A name that is none is reported where it is, and not repeated in other sentences. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function isLogin(value: unknown): value is RedisLogin {
  return isSection(value) && isAddress(value.address);
}

function isAddress(value: unknown): value is WrittenAddress {
  return isSection(value) && typeof value.url === 'string';
}

/** Every entry of a list at its place; what is no section counts as an empty one. */
function sections(list: unknown): Section[] {
  return Array.isArray(list) ? list.map((item: unknown) => (isSection(item) ? item : {})) : [];
}

function names(list: unknown): string[] {
  return sections(list).flatMap(({ name }) => (isName(name) ? [name] : []));
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}
