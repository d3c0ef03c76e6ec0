import { z } from 'zod';
import type { Path } from '../source/problem.ts';
import { schema } from './schema.ts';

/** The part of JSON Schema that describes the configuration, with two notes of our own. */
export interface JsonSchema {
  $schema?: string;
  title?: string;
  type?: string;
  description?: string;
  pattern?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  /** What a text means: duration, secret, file, URL. */
  kind?: string;
  /** The default of a key whose default depends on another key. */
  usual?: string;
}

let described: JsonSchema | undefined;

/** What may be written into the file, as zod describes it: plain JSON, without what zod attaches to it. One object, which nobody changes. */
export function inputSchema(): JsonSchema {
  described ??= JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })));
  return described ?? {};
}

/** The keys that are known in the section at a path. */
export function keysAt(root: JsonSchema, path: Path): string[] {
  let section: JsonSchema | undefined = root;
  for (const step of path) section = typeof step === 'number' ? section?.items : section?.properties?.[step];
  return Object.keys(section?.properties ?? {});
}
