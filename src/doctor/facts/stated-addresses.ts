import type { Place } from '../place.ts';
import type { Client, Resolution, Setting, Setup } from '../setup.ts';
import { hostFault, redisUrl } from './address.ts';
import { redisServers, serverPort } from './redis-server.ts';
import { known, section } from './value.ts';

/** One of the values that say which Redis is meant. */
export type Part = 'host' | 'port' | 'db' | 'username';

/** A statement somewhere in the evidence about a part of the address of Redis. */
export interface Claim {
  value: string;
  /** `cache_params.port`, `REDIS_URL`, `--port of redis`. */
  from: string;
  place: Place;
  /** Whether a url says it. */
  url: boolean;
}

const SECTIONS = [
  { path: ['litellm_settings', 'cache_params'], prefix: '' },
  { path: ['router_settings'], prefix: 'redis_' },
  { path: ['general_settings', 'coordination_redis'], prefix: '' },
] as const;

/** Everything that the configuration file says about a part of the address. */
export function configured(setup: Setup, part: Part): readonly Claim[] {
  const { litellm } = setup;
  if (litellm === undefined) return [];
  return SECTIONS.flatMap(({ path, prefix }) => {
    const values = section(litellm.tree, ...path) ?? {};
    const claim = (key: string, value: string | undefined, url: boolean): Claim[] =>
      value === undefined || value === '' ? [] : [{ value, from: `${path.at(-1)}.${key}`, place: litellm.place([...path, key]), url }];
    const address = known(setup, values[`${prefix}url`]);
    return [
      ...claim(`${prefix}${part}`, known(setup, values[`${prefix}${part}`]), false),
      ...claim(`${prefix}url`, address === undefined ? undefined : inUrl(address, part), true),
    ];
  });
}

/** What the variables `REDIS_*` say about a part of the address, those that win. */
export function inEnvironment(setup: Setup, part: Part): readonly Claim[] {
  const variable = setup.environment.get(`REDIS_${part.toUpperCase()}`);
  const url = setup.environment.get('REDIS_URL');
  const value = variable?.value?.reveal();
  const address = url?.value?.reveal();
  const stated = address === undefined ? undefined : inUrl(address, part);
  return [
    // What Kubernetes gives for a Service is no port.
    ...(variable === undefined || value === undefined || value === '' || /^(?:tcp|udp|sctp):\/\//.test(value)
      ? []
      : [{ value, from: variable.name, place: variable.place, url: false }]),
    ...(url === undefined || stated === undefined ? [] : [{ value: stated, from: url.name, place: url.place, url: true }]),
  ];
}

/** The ports that Redis servers of the compose files can be reached on, from inside and from this machine; of those that a host names where it names any. */
export function serverPorts(setup: Setup, host?: string): readonly Claim[] {
  const named = redisServers(setup).filter(({ service }) => host !== undefined && service.names.includes(host));
  return (named.length > 0 ? named : redisServers(setup)).flatMap((server) => [
    { value: serverPort(server), from: `the port of service ${server.service.name}`, place: server.place, url: false },
    ...(server.options.get('tls-port') ?? []).map((value) => ({
      value,
      from: `the TLS port of service ${server.service.name}`,
      place: server.place,
      url: false,
    })),
    ...server.service.ports.flatMap(({ published, place }) =>
      published === undefined
        ? []
        : [{ value: published, from: `the published port of service ${server.service.name}`, place, url: false }],
    ),
  ]);
}

/** What a url says about a part; the port and the database that redis-py assumes where it says nothing. */
function inUrl(text: string, part: Part): string | undefined {
  const url = redisUrl(text);
  if (url === undefined || url.scheme === 'unix') return undefined;
  if (part === 'port') return url.port ?? '6379';
  return url[part];
}

/** An argument of a client as LiteLLM will use it; undefined where it is not given or the client is not made. */
export function setting(setup: Setup, client: Client, name: string): Setting | undefined {
  const resolution: Resolution = setup.resolutions[client];
  return resolution.used ? resolution.settings.find((candidate) => candidate.name === name && candidate.from !== 'default') : undefined;
}

/**
 * The url that decides, or may decide, which Redis a client uses: the one in force, and where the release is
 * not known also a REDIS_URL that only releases before 1.93.0 prefer to a configured host.
 */
export function decisiveUrl(setup: Setup, client: Client): { text: string; from: string; place: Place; certain: boolean } | undefined {
  const url = setting(setup, client, 'url');
  if (url !== undefined)
    return url.value === undefined ? undefined : { text: url.value.reveal(), from: url.from, place: url.place, certain: true };
  const variable = setup.environment.get('REDIS_URL');
  if (!setup.resolutions[client].used || setup.release !== undefined || variable?.value === undefined) return undefined;
  return { text: variable.value.reveal(), from: variable.name, place: variable.place, certain: false };
}

/** Added to what such a url hides while the release is not known. */
export const ONLY_BEFORE =
  ' From 1.93.0 on a configured host beats REDIS_URL; the release of this gateway is not known (--litellm-version names it).';

/** Where a client connects to: from its url, or from host, port and database; undefined where that is not known, or is no host. */
export function destination(
  setup: Setup,
  client: Client,
): { host: string; port: string; db: string; tls: boolean; place: Place; from: string } | undefined {
  const url = setting(setup, client, 'url');
  const parsed = url?.value === undefined ? undefined : redisUrl(url.value.reveal());
  if (url !== undefined) {
    // A socket is no host.
    if (parsed === undefined || parsed.scheme === 'unix') return undefined;
    const { host, port, db, scheme } = parsed;
    return { host: host || 'localhost', port: port ?? '6379', db: db ?? '0', tls: scheme === 'rediss', place: url.place, from: url.from };
  }
  const host = setting(setup, client, 'host');
  const name = host?.value?.reveal();
  if (host === undefined || name === undefined) return undefined;
  if (hostFault(name) !== undefined) return undefined;
  const ssl = setting(setup, client, 'ssl')?.value?.reveal();
  return {
    host: name,
    port: setting(setup, client, 'port')?.value?.reveal() ?? '6379',
    db: setting(setup, client, 'db')?.value?.reveal() ?? '0',
    tls: ssl !== undefined && /^(true|1|yes|on)$/i.test(ssl.trim()),
    place: host.place,
    from: host.from,
  };
}
