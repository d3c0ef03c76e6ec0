import { type JsonNode, memberOf, stringNode, stringOf } from '../explain/json-text.ts';
import type { UserRequest } from '../explain/request.ts';
import { type Deployment, deploymentsOf, whyUnknowable } from './deployment.ts';
import { pythonRepr } from './python-text.ts';
import { keysBy, mayAskForUsage, type Recipe } from './recipe.ts';
import { groupOf, type RouterSettings } from './router-settings.ts';

/** What is behind a name of a model, as far as the gateway tells. */
export interface KnownModel {
  /** What a key calls it. */
  readonly text: string;
  readonly deployments: readonly Deployment[];
  /** The gateway says what is behind it. */
  readonly isListed: boolean;
  /** Whether all deployments take the question for the usage of a stream; undefined where that is not known. */
  readonly takesUsage?: boolean | undefined;
}

/** The keys that one part of a request may have, of which one is the right one. */
export interface PartKeys {
  readonly hashes: ReadonlySet<string>;
  /** The right one is among them for certain. */
  readonly isSure: boolean;
}

/** A model as `/model/info` and the settings of the router tell of it. */
export function knownModel(
  model: string,
  all: readonly Deployment[] | undefined,
  settings: RouterSettings,
): Omit<KnownModel, 'takesUsage'> {
  const group = groupOf(model, settings);
  const text = group === undefined ? model : pythonRepr(group, { wide: true, old: false });
  const own = deploymentsOf(model, all ?? []);
  const found = own.length > 0 ? own : deploymentsOf(settings.aliases.get(model) ?? '', all ?? []);
  return found.length > 0
    ? { text, deployments: found, isListed: true }
    : { text, deployments: [{ name: model, model: undefined, parameters: new Map([['model', stringNode(model)]]) }], isListed: false };
}

/** The recipes by which a gateway may have made these keys of a request, with one of its deployments. */
export function recipesFor(
  written: ReadonlySet<string>,
  request: UserRequest,
  model: KnownModel,
  recipes: readonly Recipe[],
): readonly Recipe[] {
  return recipes.filter((recipe) =>
    model.deployments.some((deployment) => {
      const keys = keysBy(recipe, request, model.text, deployment);
      return keys.length > 0 && keys.every(({ hash }) => written.has(hash));
    }),
  );
}

/**
 * The possible keys of each part of a request: each input of a batch of embeddings is one, any other request has one. A gateway that asks for the
 * usage of a stream does so only where each deployment takes that, so that a model may differ from that of the probes.
 */
export function partKeys(request: UserRequest, model: KnownModel, recipes: readonly Recipe[], probe: KnownModel): readonly PartKeys[] {
  const parts: { hashes: Set<string>; isSure: boolean }[] = [];
  for (const recipe of mayAskForUsage(request) ? withUsageOf(recipes, model, probe) : recipes) {
    for (const deployment of model.deployments) {
      for (const [index, { hash, isSure }] of keysBy(recipe, request, model.text, deployment).entries()) {
        parts[index] ??= { hashes: new Set(), isSure: model.isListed };
        parts[index].hashes.add(hash);
        parts[index].isSure &&= isSure && whyUnknowable(deployment) === undefined;
      }
    }
  }
  return parts;
}

function withUsageOf(recipes: readonly Recipe[], model: KnownModel, probe: KnownModel): readonly Recipe[] {
  return recipes.flatMap((recipe) => {
    const isSettled = recipe.asksForUsage ? model.takesUsage === true : probe.takesUsage === true;
    return isSettled ? [recipe] : [recipe, { ...recipe, asksForUsage: !recipe.asksForUsage }];
  });
}

/** Inputs of a batch of which keys are asked of the gateway: they tell of all. */
const SAMPLE = 4;

/** A request as it is sent to learn its key: of a batch of embeddings only the first inputs. */
export function sampleOf({ route, body }: UserRequest): UserRequest {
  const input = memberOf(body, 'input');
  if (route !== 'embeddings' || body.kind !== 'object' || input?.kind !== 'array') return { route, body };
  const some: JsonNode = { kind: 'array', items: input.items.slice(0, SAMPLE) };
  const members = body.members.map((member) => (member.name === 'input' ? { ...member, value: some } : member));
  return { route, body: { kind: 'object', members } };
}

/**
 * Whether LiteLLM asks the providers of these deployments through the API that the request is for. Otherwise it makes a second call of its own,
 * whose answer it stores and finds under another key.
 */
export function isAskedDirectly({ route }: UserRequest, deployments: readonly Deployment[]): boolean {
  const providers = DIRECT[route];
  return (
    providers === undefined ||
    deployments.every(({ model = '', parameters }) => {
      const provider = stringOf(parameters.get('custom_llm_provider')) ?? model.split('/')[0] ?? '';
      return parameters.has('mock_response') || providers.includes(provider);
    })
  );
}

const DIRECT: Readonly<Partial<Record<UserRequest['route'], readonly string[]>>> = {
  messages: ['anthropic'],
  responses: ['openai', 'azure'],
};
