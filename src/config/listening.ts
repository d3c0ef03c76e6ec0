import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { type Path, pathText } from '../source/problem.ts';
import { isSection, type Section } from '../source/section.ts';
import { LISTEN } from './address.ts';
import type { Report } from './section.ts';

/** The keys with addresses to listen at, in the order in which they are opened. */
const LISTS = [
  ['http', 'listen'],
  ['http', 'health_listen'],
  ['origin', 'listen'],
] as const;

/** Where an address listens: at all addresses of the machine, or at all of IPv4, or at one. */
interface Place {
  path: Path;
  port: number;
  /** The one address as it is written shortest, or a name in small letters; undefined for all. */
  host: string | undefined;
  family: 'any' | 4 | 6 | 'name';
}

/** Refuses an address at which another one of the configuration listens already. Port 0 is a free one each time. */
export function listenRules(root: Section, report: Report): void {
  const taken: Place[] = [];
  for (const [section, key] of LISTS) {
    for (const [index, text] of entries(root[section], key).entries()) {
      const place = placeOf([section, key, index], text);
      if (place === undefined || place.port === 0) continue;
      const other = taken.find((one) => overlap(one, place));
      if (other === undefined) taken.push(place);
      else report(place.path, `is taken by ${pathText(other.path)}${wholly(other)}`, 'use another port');
    }
  }
}

function entries(section: unknown, key: string): unknown[] {
  const list = isSection(section) ? section[key] : undefined;
  return Array.isArray(list) ? list : [];
}

/** What is no address has a problem of its own. */
function placeOf(path: Path, text: unknown): Place | undefined {
  const [whole, written = '', port] = typeof text === 'string' ? (LISTEN.exec(text) ?? []) : [];
  if (whole === undefined) return undefined;
  const at = { path, port: Number(port) };
  const host = written === '' ? '::' : hostOf(written);
  if (host === '::') return { ...at, host: undefined, family: 'any' };
  if (host === '0.0.0.0') return { ...at, host: undefined, family: 4 };
  return { ...at, host, family: isIPv4(host) ? 4 : host.includes(':') ? 6 : 'name' };
}

/** One spelling of each address: `[0:0::1]` is `::1`, `127.1` is `127.0.0.1`, and so is `[::ffff:127.0.0.1]`. */
function hostOf(written: string): string {
  const { hostname } = URL.canParse(`http://${written}`) ? new URL(`http://${written}`) : { hostname: written.toLowerCase() };
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (!isIPv6(address)) return hostname;
  return new SocketAddress({ family: 'ipv6', address }).address.replace(/^::ffff:(?=\d+\.)/, '');
}

/** A wildcard of IPv6 takes the port of IPv4 as well. A name may be of either family, so it is only compared with names and with that wildcard. */
function overlap(one: Place, other: Place): boolean {
  if (one.port !== other.port) return false;
  if (one.family === 'any' || other.family === 'any') return true;
  if (one.family !== other.family) return false;
  return one.host === undefined || other.host === undefined || one.host === other.host;
}

function wholly({ host, family }: Place): string {
  if (host !== undefined) return '';
  return family === 4 ? ', which listens at every IPv4 address' : ', which listens at every address';
}
