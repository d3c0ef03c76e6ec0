import { isFault, type JsonNode, memberOf, readJson, stringOf } from '../explain/json-text.ts';
import { membersOf } from './python-text.ts';

/** What of the settings of a gateway's router decides what a model is called in a key. */
export interface RouterSettings {
  /** Groups of models that share their entries; a key has the whole group in the place of the model. */
  readonly groups: readonly JsonNode[];
  /** Other names of models, and what they lead to. */
  readonly aliases: ReadonlyMap<string, string>;
}

export const NO_SETTINGS: RouterSettings = { groups: [], aliases: new Map() };

/** The settings that `/router/settings` tells, which only an administrator's key may ask for. */
export function readRouterSettings(body: string): RouterSettings {
  const read = readJson(body);
  const values = isFault(read) ? undefined : memberOf(read, 'current_values');
  const groups = memberOf(values, 'caching_groups');
  const aliases = [...membersOf(memberOf(values, 'model_group_alias') ?? { kind: 'array', items: [] })].flatMap(([name, value]) => {
    const model = stringOf(value) ?? stringOf(memberOf(value, 'model'));
    return model === undefined ? [] : [[name, model] as const];
  });
  return { groups: groups?.kind === 'array' ? groups.items : [], aliases: new Map(aliases) };
}

/** The group that a model shares its entries with; undefined where it has none. */
export function groupOf(model: string, { groups }: RouterSettings): JsonNode | undefined {
  return groups.find((group) => group.kind === 'array' && group.items.some((item) => stringOf(item) === model));
}
