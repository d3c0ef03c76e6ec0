import { type JsonNode, memberOf, stringOf, writeJson } from './json-text.ts';

/** The cache controls of two requests, which are compared and never sent. */
export interface ControlsFound {
  /** They name different namespaces, so that the two never share an entry. */
  readonly apart: boolean;
  /** The names of the controls that are not the same: `cache.ttl`, or `metadata.redis_namespace`, which names a namespace as well. */
  readonly differ: readonly string[];
  /** Controls by which a request leaves the cache out, by request: `first cache.no-cache`. */
  readonly bypass: readonly string[];
}

/** The namespace that a request asks for, as it was written; undefined where it has none. */
export function askedNamespace(body: JsonNode): string | undefined {
  return namespaceOf(controlsOf(body));
}

/** Compares the controls of two requests. The namespace of a request is that of its `cache`, or of its metadata. */
export function compareControls(first: JsonNode, second: JsonNode): ControlsFound {
  const [one, two] = [controlsOf(first), controlsOf(second)];
  const names = [...new Set([...one.keys(), ...two.keys()])];
  return {
    apart: namespaceOf(one) !== namespaceOf(two),
    differ: names.filter((name) => one.get(name) !== two.get(name)),
    bypass: [...bypassOf('first', one), ...bypassOf('second', two)],
  };
}

function controlsOf(body: JsonNode): ReadonlyMap<string, string> {
  const cache = memberOf(body, 'cache');
  const controls = new Map((cache?.kind === 'object' ? cache.members : []).map(({ name, value }) => [`cache.${name}`, writeJson(value)]));
  const named = stringOf(memberOf(memberOf(body, 'metadata'), 'redis_namespace'));
  if (named !== undefined && named !== '') controls.set('metadata.redis_namespace', JSON.stringify(named));
  return controls;
}

function namespaceOf(controls: ReadonlyMap<string, string>): string | undefined {
  const own = controls.get('cache.namespace');
  return own === undefined || own === '""' || own === 'null' ? controls.get('metadata.redis_namespace') : own;
}

function bypassOf(which: 'first' | 'second', controls: ReadonlyMap<string, string>): string[] {
  const isOn = (name: string) => controls.get(`cache.${name}`) === 'true';
  const always = ['no-cache', 'no-store'].filter(isOn).map((name) => `${which} cache.${name}`);
  const zero = ['s-maxage', 's-max-age', 'ttl'].filter((name) => Number(controls.get(`cache.${name}`)) === 0);
  return [...always, ...zero.map((name) => `${which} cache.${name}: 0`)];
}
