/**
 * What a cached answer is made of, each tried by itself: whether a hit gives it back as it was. `semantic_opposite` is of caches
 * that answer similar prompts alike.
 */
export const FIDELITY_SHAPE = [
  'text',
  'tools',
  'choices',
  'logprobs',
  'reasoning',
  'json',
  'stream_text',
  'stream_usage',
  'stream_tools',
  'stream_reasoning',
  'embeddings_batch',
  'responses',
  'messages',
  'long',
  'unicode',
  'semantic_opposite',
] as const;
export type FidelityShape = (typeof FIDELITY_SHAPE)[number];

/**
 * What a hit did to an answer of a shape: gave it back as it was, changed what no program acts on, or what one acts on; `not_cached`
 * where the cache serves others and not this one, `refused` where the gateway does not serve it at all.
 */
export const FIDELITY_RESULT = ['same', 'altered', 'wrong', 'not_cached', 'refused', 'unknown'] as const;
export type FidelityResult = (typeof FIDELITY_RESULT)[number];

/**
 * Why a shape is `unknown`: it had no turn yet, the model does not lead to the origin, the stamp of an answer cannot be read, the
 * prompts are rewritten on their way, the answer came without what the shape is about, no answer came, the cache did not serve an
 * ordinary pair either, or what was found is too old.
 */
const NOT_JUDGED = [
  'not_tried',
  'not_the_origin',
  'broken',
  'prompt_rewritten',
  'left_out',
  'unanswered',
  'cache_missed',
  'too_old',
] as const;
export type NotJudged = (typeof NOT_JUDGED)[number];
