import { parseJson } from '../../litellm/json.ts';
import { isSection } from '../../source/section.ts';
import type { Place } from '../place.ts';
import { CLIENT, type Client, type Setting, type Setup } from '../setup.ts';
import { redisUrl } from './address.ts';
import { destination, setting } from './stated-addresses.ts';
import { scalar } from './value.ts';

/** How a client is told where to connect. */
export type Form = 'host' | 'url' | 'cluster' | 'sentinel';

/** A server that a client of LiteLLM connects to: the only one, or a node that it asks for the others. */
export interface Endpoint {
  client: Client;
  form: Form;
  host: string;
  port: string;
  tls: boolean;
  place: Place;
  from: string;
}

/** What a client is called in messages. */
export const CLIENT_NAME: Readonly<Record<Client, string>> = {
  cache: 'the cache',
  router: 'the router',
  coordination: 'the coordination Redis',
  semantic: 'the semantic cache',
};

/** The form in which a client is told where to connect; undefined where it is not made or not told. */
export function formOf(setup: Setup, client: Client): Form | undefined {
  const has = (name: string) => setting(setup, client, name) !== undefined;
  if (has('startup_nodes')) return 'cluster';
  if (has('url')) return 'url';
  if (has('sentinel_nodes')) return 'sentinel';
  return has('host') ? 'host' : undefined;
}

/** Every server that a client is told of, whatever the form. */
export function endpoints(setup: Setup, client: Client): readonly Endpoint[] {
  const form = formOf(setup, client);
  if (form === undefined) return [];
  if (form === 'host' || form === 'url') {
    const to = destination(setup, client);
    return to === undefined ? [] : [{ client, form, host: to.host, port: to.port, tls: to.tls, place: to.place, from: to.from }];
  }
  const nodes = setting(setup, client, form === 'cluster' ? 'startup_nodes' : 'sentinel_nodes');
  const url = setting(setup, client, 'url')?.value?.reveal();
  const tls = isOn(setting(setup, client, 'ssl')) || (url !== undefined && redisUrl(url)?.scheme === 'rediss');
  if (nodes?.value === undefined) return [];
  const { place, from } = nodes;
  return nodesOf(nodes.value.reveal()).map(({ host, port }) => ({ client, form, host, port, tls, place, from }));
}

/** The servers of every client. */
export function allEndpoints(setup: Setup): readonly Endpoint[] {
  return CLIENT.flatMap((client) => endpoints(setup, client));
}

/**
 * Whether a client has a way to log in to the data server: a password, a user in its URL, or the login of a
 * cloud provider; undefined where a value that is not known decides.
 */
export function logsIn(setup: Setup, client: Client): boolean | undefined {
  const url = setting(setup, client, 'url');
  if (url !== undefined && url.value === undefined) return undefined;
  const inUrl = url?.value === undefined ? undefined : redisUrl(url.value.reveal());
  if (inUrl?.password !== undefined || inUrl?.username !== undefined) return true;
  const given = ['password', 'redis_connect_func', 'credential_provider', 'ssl_certfile'].flatMap(
    (name) => setting(setup, client, name) ?? [],
  );
  if (given.some(({ value }) => value === undefined)) return undefined;
  return given.some(({ value }) => value?.reveal() !== '');
}

function isOn(ssl: Setting | undefined): boolean {
  const text = ssl?.value?.reveal();
  return text !== undefined && /^(true|1|yes|on)$/i.test(text.trim());
}

/** `[{"host": …, "port": …}]` of a cluster, `[["host", port]]` of Sentinels; without `host` the node is left out. */
function nodesOf(text: string): { host: string; port: string }[] {
  const list = parseJson(text);
  return (Array.isArray(list) ? list : []).flatMap((node: unknown) => {
    const [host, port] = Array.isArray(node) ? node.map(scalar) : isSection(node) ? [scalar(node.host), scalar(node.port)] : [];
    return host === undefined || host === '' ? [] : [{ host, port: port ?? '6379' }];
  });
}
