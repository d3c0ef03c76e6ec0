import { type AskedKey, createKeyAsker } from '../explain/asker.ts';
import type { Pace } from '../explain/pace.ts';
import type { UserRequest } from '../explain/request.ts';
import { sanitizeVersion } from '../litellm/cache-markers.ts';
import { failed, type Gateway, type Reply } from '../litellm/gateway.ts';
import { at, parseJson, text } from '../litellm/json.ts';
import type { RedisFailure } from '../model/redis.ts';
import type { Cluster } from '../redis/connection/cluster.ts';
import type { Target } from '../redis/connection/target.ts';
import { type Entry, readEntry } from '../redis/probe-keys/entry.ts';
import type { KeyWatch } from '../redis/probe-keys/watch.ts';
import type { Clock } from '../schedule/clock.ts';
import { type KnownModel, knownModel, recipesFor, sampleOf } from './candidates.ts';
import type { GatewayFacts } from './gateway-facts.ts';
import { namespaceIn } from './namespace.ts';
import { keysBy, mayAskForUsage, type Recipe, recipesOf } from './recipe.ts';
import type { Lookup, LookupReason } from './result.ts';
import { NO_SETTINGS } from './router-settings.ts';

/** What a look-up works with. */
export interface LookupParts {
  readonly gateway: Gateway;
  /** The model that takes the place of the request's own where the gateway is asked for a key. */
  readonly probeModel: string;
  /** The Redis that holds the gateway's cache; its own watch has been there once. */
  readonly target: Target | Cluster;
  readonly keys: KeyWatch;
  /** The namespace of the gateway, null for none; undefined where it has to be learnt. */
  readonly namespace: string | null | undefined;
  /** Asks the gateway itself for its namespace; undefined where it does not tell. */
  tellNamespace(signal: AbortSignal): Promise<string | null | undefined>;
  readonly clock: Clock;
  readonly pace: Pace;
  mayPay(): boolean;
  pay(reply: Reply): void;
}

/** What the key that the gateway made tells. */
export interface Learnt {
  readonly recipes: readonly Recipe[];
  readonly probe: KnownModel;
  readonly namespace: string | null;
  /** One request made more keys than the recipe gives: LiteLLM calls another API for it. */
  readonly hasMore: boolean;
  readonly release: string | undefined;
}

export type NotLearnt = Pick<Lookup, 'reason' | 'words' | 'failure'> & { readonly reason: LookupReason };

/** Lets the gateway make the key of the request with the probe model, and finds the recipes that give the same. */
export async function learn(
  request: UserRequest,
  parts: LookupParts,
  facts: GatewayFacts,
  told: string | undefined,
  signal: AbortSignal,
): Promise<Learnt | NotLearnt> {
  const sample = sampleOf(request);
  const noted = noteSent(parts.gateway);
  const asked = await askKey(sample, { ...parts, gateway: noted.gateway }, signal);
  if (asked.kind === 'refused') return { reason: 'request_refused', words: asked.words, failure: asked.failure };
  if (asked.kind === 'too_dear') return { reason: 'too_dear' };
  const release = noted.release() ?? told;
  const probe = await describe(parts.probeModel, request, facts, false, signal);
  const written = asked.kind === 'keyed' ? new Set(asked.marks.flatMap((mark) => mark.split(' '))) : undefined;
  const fitting = written && recipesFor(written, sample, probe, recipesOf(release));
  if (fitting?.length === 0) return { reason: 'key_unknown' };
  // What the gateway has written tells its namespace; what the configuration says of it may be old. Null is one that is known: none.
  const known = [namespaceOf(asked), parts.namespace, parts.keys.learnedNamespace].find((one) => one !== undefined);
  const namespace = known === undefined ? await parts.tellNamespace(signal) : known;
  if (namespace === undefined) return { reason: written === undefined && parts.keys.watching ? 'not_stored' : 'namespace_unknown' };

  const read = (name: string) => readEntry(parts.target, parts.keys.connections, name, signal);
  const nameOf = (hash: string) => `${namespace === null ? '' : `${namespace}:`}${noted.namespace()}:${hash}`;
  if (written === undefined || fitting === undefined) {
    if (parts.keys.watching) return { reason: 'not_stored' };
    const found = await recipesOfEntries(sample, probe, recipesOf(release), (hash) => read(nameOf(hash)));
    return 'reason' in found ? found : { recipes: found, probe, namespace, hasMore: false, release };
  }
  const [name = ''] = asked.kind === 'keyed' && asked.keys.length > 0 ? asked.keys : [...written].map(nameOf);
  const entry = await read(name);
  if (entry.state === 'unreadable') return unreadable(entry.failure);
  if (entry.state === 'absent') return { reason: 'stored_elsewhere' };
  return { recipes: fitting, probe, namespace, hasMore: sample.route !== 'embeddings' && written.size > 1, release };
}

/** Asks the gateway for the key; once more where its model took longer than all writes were listened to, which tells the namespace. */
async function askKey(sample: UserRequest, parts: LookupParts, signal: AbortSignal): Promise<AskedKey> {
  const { keys, namespace, probeModel: model } = parts;
  const asker = createKeyAsker({ ...parts, model });
  const asked = await asker.ask(sample, signal);
  const isUnseen = asked.kind === 'not_cached' || (asked.kind === 'keyed' && asked.keys.length === 0);
  if (!isUnseen || keys.watching || namespace !== undefined) return asked;
  await keys.listen(signal);
  return asker.ask(sample, signal);
}

/** The recipes under whose keys an entry is there: without the right to be told of writes, that tells the key. */
async function recipesOfEntries(
  sample: UserRequest,
  probe: KnownModel,
  recipes: readonly Recipe[],
  read: (hash: string) => Promise<Entry>,
): Promise<readonly Recipe[] | NotLearnt> {
  const entries = new Map<string, Entry>();
  for (const hash of new Set(recipes.flatMap((recipe) => hashesOf(recipe, sample, probe).flat()))) {
    const entry = await read(hash);
    if (entry.state === 'unreadable') return unreadable(entry.failure);
    entries.set(hash, entry);
  }
  const isThere = (hash: string) => entries.get(hash)?.state === 'present';
  const fitting = recipes.filter((recipe) => hashesOf(recipe, sample, probe).some((hashes) => hashes.length > 0 && hashes.every(isThere)));
  return fitting.length > 0 ? fitting : { reason: 'not_stored' };
}

/** The keys of a request by a recipe, of each deployment. */
function hashesOf(recipe: Recipe, request: UserRequest, { text: model, deployments }: KnownModel): readonly (readonly string[])[] {
  return deployments.map((deployment) => keysBy(recipe, request, model, deployment).map(({ hash }) => hash));
}

function unreadable(failure: RedisFailure): NotLearnt {
  return { reason: failure === 'noperm' ? 'redis_not_permitted' : 'redis_unreachable', failure };
}

function namespaceOf(asked: AskedKey): string | null | undefined {
  const [key] = asked.kind === 'keyed' ? asked.keys : [];
  return key === undefined ? undefined : namespaceIn(key);
}

/** What is behind a model; `withSettings` takes groups and aliases of the router in. */
export async function describe(
  model: string,
  request: UserRequest,
  facts: GatewayFacts,
  withSettings: boolean,
  signal: AbortSignal,
): Promise<KnownModel> {
  const deployments = await facts.deployments(signal);
  const known = knownModel(model, deployments, withSettings ? await facts.settings(signal) : NO_SETTINGS);
  if (!mayAskForUsage(request)) return known;
  const isOne = new Set(known.deployments.map((one) => one.model)).size === 1;
  return { ...known, takesUsage: isOne ? await facts.takesUsage(model, signal) : undefined };
}

/** The same way to the gateway, and what went over it: the namespace of the last question, and the release that answered. */
function noteSent(way: Gateway): { gateway: Gateway; namespace(): string; release(): string | undefined } {
  let namespace = '';
  let release: string | undefined;
  return {
    namespace: () => namespace,
    release: () => release,
    gateway: {
      async send(sent, signal) {
        namespace = text(at(parseJson(sent.body ?? ''), 'cache', 'namespace')) ?? namespace;
        const reply = await way.send(sent, signal);
        if (!failed(reply)) release = sanitizeVersion(reply.headers['x-litellm-version']) ?? release;
        return reply;
      },
    },
  };
}
