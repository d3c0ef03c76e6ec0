import fc from 'fast-check';
import { isFault, type JsonMember, type JsonNode, readJson } from '../../src/explain/json-text.ts';

/** A value as it was written; a text that is no JSON is a mistake of the test. */
export function nodeOf(text: string): JsonNode {
  const node = readJson(text);
  if (isFault(node)) throw new Error(`${node.fault} at ${node.at}: ${text.slice(0, 80)}`);
  return node;
}

const scalar: fc.Arbitrary<JsonNode> = fc.oneof(
  fc.constantFrom('0', '0.0', '1', '1e0', '1.0', '-0', '0.7', '7e-1', '12').map((written): JsonNode => ({ kind: 'number', written })),
  fc.constantFrom('true', 'false', 'null').map((written): JsonNode => ({ kind: 'literal', written })),
  fc.constantFrom('"a"', '"\\u0061"', '"b"', '"2026-11-30"', '""').map((written): JsonNode => ({ kind: 'string', written })),
);

/** Any value of few names and values, so that two of them have much in common; members may be given twice. */
export const anyNode: fc.Arbitrary<JsonNode> = fc.letrec<{ node: JsonNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('node'), { maxLength: 5 }).map((items): JsonNode => ({ kind: 'array', items })),
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__', '1'), tie('node')), { maxLength: 6 }).map(
      (members): JsonNode => ({
        kind: 'object',
        members: members.map(([name, value]): JsonMember => ({ name, written: JSON.stringify(name), value })),
      }),
    ),
  ),
})).node;
