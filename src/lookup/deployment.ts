import { isFault, type JsonNode, memberOf, readJson, stringOf } from '../explain/json-text.ts';
import { membersOf } from './python-text.ts';

/** What a gateway says of one deployment behind a name of a model: its parameters go into the call, and some of them into the key. */
export interface Deployment {
  /** The name that users ask for; one with stars takes all names that fit. */
  readonly name: string;
  /** The model at its provider, as the configuration of the gateway writes it. */
  readonly model: string | undefined;
  readonly parameters: ReadonlyMap<string, JsonNode>;
}

/** The deployments that `/model/info` lists; undefined where the answer is none. */
export function readDeployments(body: string): readonly Deployment[] | undefined {
  const read = readJson(body);
  const data = isFault(read) ? undefined : memberOf(read, 'data');
  if (data?.kind !== 'array') return undefined;
  return data.items.flatMap((item): Deployment[] => {
    const name = stringOf(memberOf(item, 'model_name'));
    const parameters = memberOf(item, 'litellm_params');
    if (name === undefined) return [];
    return [{ name, model: stringOf(memberOf(parameters, 'model')), parameters: membersOf(parameters ?? { kind: 'object', members: [] }) }];
  });
}

/** The deployments that a name of a model leads to: those of that name, else those of the names with stars that fit. */
export function deploymentsOf(model: string, all: readonly Deployment[]): readonly Deployment[] {
  const own = all.filter(({ name }) => name === model);
  return own.length > 0 ? own : all.filter(({ name }) => name.includes('*') && fits(model, name));
}

/** Whether a name has these parts, parted by anything, in their order. */
function fits(model: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (!model.startsWith(first) || !model.endsWith(last) || model.length < first.length + last.length) return false;
  let at = first.length;
  const end = model.length - last.length;
  return parts.slice(1, -1).every((part) => {
    const found = model.indexOf(part, at);
    at = found + part.length;
    return found !== -1 && at <= end;
  });
}

/** Models that choose another model for each request. */
const ROUTERS = /^(?:auto_router|complexity_router|adaptive_router|quality_router|switchyard)\b/;

/** Why a deployment's own part of a key cannot be known; undefined where it can. */
export function whyUnknowable({ model, parameters }: Deployment): string | undefined {
  if (model !== undefined && ROUTERS.test(model)) return 'it leads to a router, which chooses another model for each request';
  return parameters.has('prompt_id') ? 'its prompt is kept outside of the request (prompt_id)' : undefined;
}

/** Whether a value of `/model/info` is the one of the configuration: it hides what looks secret, and writes what is nested as text. */
export function isAsConfigured(node: JsonNode): boolean {
  if (node.kind === 'object') return node.members.every(({ value }) => value.kind === 'string' && isAsConfigured(value));
  if (node.kind === 'array') return node.items.every((item) => item.kind === 'string' && isAsConfigured(item));
  return node.kind !== 'string' || !/\*{2}|^(?:True|False|None|-?\d+(?:\.\d+)?)$/.test(stringOf(node) ?? '');
}
