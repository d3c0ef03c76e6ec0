import { createHash } from 'node:crypto';
import type { Asked } from '../answer.ts';
import { type OriginKeys, stampVector } from '../stamp.ts';
import type { Body } from './form.ts';

/** OpenAI's embeddings: a vector for each nonce of `inputs`, in their order, which carries that nonce and the answer's number. */
export function embeddingsBody(number: string, inputs: readonly string[], asked: Asked, keys: OriginKeys): Body {
  const digest = createHash('sha256').update(`${asked.nonce}:${number}`).digest();
  const tokens = inputs.length * (1 + (digest.readUInt16BE(0) % 50));
  return {
    object: 'list',
    model: asked.model,
    data: inputs.map((nonce, index) => {
      const vector = stampVector({ nonce, number }, keys, asked.dimensions);
      return { object: 'embedding', index, embedding: asked.base64 ? packed(vector) : vector };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function packed(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64');
}
