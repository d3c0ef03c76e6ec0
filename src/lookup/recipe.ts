import { createHash } from 'node:crypto';
import { type JsonNode, memberOf, newMember, stringNode } from '../explain/json-text.ts';
import type { AskedRoute, UserRequest } from '../explain/request.ts';
import { compareVersions, parseVersion, type Version } from '../source/version.ts';
import { type Deployment, isAsConfigured } from './deployment.ts';
import { keyedNames } from './parameters.ts';
import { hasHalfOfPair, isFalsy, isReadWide, membersOf, pythonStr, type Reading } from './python-text.ts';

/**
 * How a release of LiteLLM makes a key of a request: `Cache.get_cache_key` puts the fields of the call behind one another, in their order, each
 * as `name: value` in Python's words, and takes the SHA-256 of that. Releases differ in what follows; which of it is true of a gateway, the key of
 * a request tells that the gateway itself made.
 */
export interface Recipe {
  /** Names that are part of a key. */
  readonly names: ReadonlySet<string>;
  /** `stream` of a chat request comes last, wherever it is in the body (until 1.109); otherwise at its place. */
  readonly streamIsLast: boolean;
  /** The gateway asks for the usage of a stream by itself, which becomes part of the request. */
  readonly asksForUsage: boolean;
  /** What 1.108 and later have beside the names: summaries of reasoning, the shape of ids, tokens of a provider. */
  readonly hasExtras: boolean;
  /** The model is that of the deployment: Responses and Anthropic's API until 1.104. */
  readonly namesDeployment: boolean;
  /** Python is older than some characters, which it escapes then. */
  readonly isOld: boolean;
}

/** A key that a recipe makes. `isSure` is false where a part of it is hidden in what the gateway says of its deployment. */
export interface MadeKey {
  readonly hash: string;
  readonly isSure: boolean;
}

/** The releases between which a trait changed: every one before the first has it or not, every one from the second on the other way round. */
const CHANGES = {
  /** The router took `stream` out of the request and put it back last. */
  streamIsLast: { before: true, changed: [1, 110, 0], settled: [1, 110, 0] },
  hasExtras: { before: false, changed: [1, 107, 0], settled: [1, 109, 0] },
  namesDeployment: { before: true, changed: [1, 83, 10], settled: [1, 106, 0] },
} as const satisfies Record<string, { before: boolean; changed: Version; settled: Version }>;

function valuesOf(trait: keyof typeof CHANGES, release: Version | undefined): readonly boolean[] {
  const { before, changed, settled } = CHANGES[trait];
  if (release === undefined) return [before, !before];
  if (compareVersions(release, changed) < 0) return [before];
  return compareVersions(release, settled) < 0 ? [before, !before] : [!before];
}

/** Every recipe that a release may have; those of all releases where it is not known. */
export function recipesOf(release: string | undefined): readonly Recipe[] {
  const version = parseVersion(release ?? '');
  const either = [false, true];
  return keyedNames(release).flatMap((names) =>
    valuesOf('streamIsLast', version).flatMap((streamIsLast) =>
      valuesOf('hasExtras', version).flatMap((hasExtras) =>
        valuesOf('namesDeployment', version).flatMap((namesDeployment) =>
          either.flatMap((asksForUsage) =>
            either.map((isOld) => ({ names, streamIsLast, asksForUsage, hasExtras, namesDeployment, isOld })),
          ),
        ),
      ),
    ),
  );
}

/** Whether a gateway may add the question for the usage of a stream to a request, and by that change its key. */
export function mayAskForUsage({ route, body }: UserRequest): boolean {
  if (route !== 'chat' && route !== 'completions') return false;
  return isTrue(memberOf(body, 'stream')) && !isTrue(memberOf(memberOf(body, 'stream_options'), 'include_usage'));
}

/** What is the same in Python, where a field comes first whatever its place in the body, as an argument of its own. */
const FIRST: Readonly<Partial<Record<AskedRoute, string>>> = { chat: 'messages', completions: 'prompt', embeddings: 'input' };

/**
 * The keys of a request to a deployment, without a namespace: one, or one for each input of a batch of embeddings. `model` is what users call
 * the deployment. None where LiteLLM makes none, or fails to.
 */
export function keysBy(recipe: Recipe, request: UserRequest, model: string, deployment: Deployment): readonly MadeKey[] {
  const call = callOf(recipe, request, model, deployment);
  if (request.route !== 'embeddings') return made(recipe, call);
  const input = call.get('input');
  const inputs = input?.value.kind === 'array' ? input.value.items : input === undefined ? [] : [input.value];
  return inputs.flatMap((value) => made(recipe, new Map(call).set('input', { ...given(value, false), wide: input?.wide ?? false })));
}

/** An argument of the call: of the request or, where `isOfDeployment`, of the deployment. */
interface Argument {
  readonly value: JsonNode;
  readonly isOfDeployment: boolean;
  readonly wide: boolean;
}

function given(value: JsonNode, wide: boolean): Argument {
  return { value, isOfDeployment: false, wide };
}

/** The arguments of the call that LiteLLM makes, in their order: those of the deployment, then those of the body, which replace these at their place. */
function callOf(recipe: Recipe, { route, body }: UserRequest, model: string, deployment: Deployment): Map<string, Argument> {
  const call = new Map<string, Argument>();
  const wide = isReadWide(body);
  for (const [name, value] of deployment.parameters) call.set(name, { value, isOfDeployment: true, wide: true });
  const members = membersOf(body);
  const first = FIRST[route];
  const order = [...members.keys()].sort((a, b) => Number(b === first) - Number(a === first));
  const later = route === 'chat' && recipe.streamIsLast ? ['stream'] : [];
  for (const name of [...order.filter((one) => !later.includes(one)), ...later]) {
    const value = members.get(name);
    if (value !== undefined) call.set(name, given(value, wide));
  }
  const isStreamGiven = members.has('stream');
  if (route === 'chat' && !isStreamGiven) call.set('stream', given({ kind: 'literal', written: 'false' }, wide));
  if (recipe.asksForUsage && mayAskForUsage({ route, body })) {
    // Before the stream moves to the end, where it does.
    const options = given(withUsage(members.get('stream_options')), wide);
    const stream = call.get('stream');
    if (later.length > 0 && !deployment.parameters.has('stream')) call.delete('stream');
    call.set('stream_options', options);
    if (stream !== undefined) call.set('stream', stream);
  }
  const named = recipe.namesDeployment && (route === 'responses' || route === 'messages') ? (deployment.model ?? model) : model;
  call.set('model', given(stringNode(named), wide));
  return call;
}

function withUsage(options: JsonNode | undefined): JsonNode {
  const members = options?.kind === 'object' ? [...membersOf(options)].map(([name, value]) => newMember(name, value)) : [];
  const usage = newMember('include_usage', { kind: 'literal', written: 'true' });
  const isThere = members.some(({ name }) => name === 'include_usage');
  return { kind: 'object', members: isThere ? members.map((one) => (one.name === 'include_usage' ? usage : one)) : [...members, usage] };
}

/** Fields that are part of a key where Python does not take them for false. */
const OF_PROVIDER = ['continuation_token', 'return_token_ids'] as const;

function made(recipe: Recipe, call: ReadonlyMap<string, Argument>): readonly MadeKey[] {
  let isSure = true;
  const textOf = (argument: Argument) => {
    isSure &&= !argument.isOfDeployment || isAsConfigured(argument.value);
    const reading: Reading = { wide: argument.wide, old: recipe.isOld };
    return pythonStr(argument.value, reading);
  };
  let text = '';
  for (const [name, argument] of call) {
    const isOfProvider = recipe.hasExtras && OF_PROVIDER.some((one) => one === name) && !isFalsy(argument.value);
    if (!isOfProvider && (!recipe.names.has(name) || isNull(argument.value))) continue;
    text += `${name}: ${textOf(argument)}`;
  }
  if (recipe.hasExtras) text += extrasOf(call, textOf);
  // LiteLLM cannot encode half of a pair either.
  return hasHalfOfPair(text) ? [] : [{ hash: createHash('sha256').update(text).digest('hex'), isSure }];
}

function extrasOf(call: ReadonlyMap<string, Argument>, textOf: (argument: Argument) => string): string {
  const body = call.get('extra_body');
  const inBody = (name: string): Argument | undefined => {
    const value = memberOf(body?.value, name);
    return body && value && { ...body, value };
  };
  let text = '';
  for (const name of OF_PROVIDER) {
    const argument = inBody(name);
    if (argument !== undefined && !isFalsy(argument.value)) text += `extra_body.${name}: ${textOf(argument)}`;
  }
  const summary =
    call.get('reasoningSummary') ?? call.get('reasoning_summary') ?? inBody('reasoningSummary') ?? inBody('reasoning_summary');
  if (summary !== undefined && !isNull(summary.value)) text += `reasoning_summary: ${textOf(summary)}`;
  const shape = call.get('thought_signature_in_tool_call_id');
  return shape !== undefined && isOff(shape.value) ? `${text}thought_signature_in_tool_call_id: False` : text;
}

/** Whether pydantic takes a value for false where it may be a boolean. */
function isOff(value: JsonNode): boolean {
  if (value.kind === 'number') return Number(value.written) === 0;
  return value.kind === 'string'
    ? /^"(?:0|off|f|false|n|no)"$/i.test(value.written)
    : value.kind === 'literal' && value.written === 'false';
}

function isNull(value: JsonNode): boolean {
  return value.kind === 'literal' && value.written === 'null';
}

function isTrue(value: JsonNode | undefined): boolean {
  return value?.kind === 'literal' && value.written === 'true';
}
