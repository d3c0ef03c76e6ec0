import type { Body } from './form.ts';

/** The name of the one model that the origin lists; it answers to every other name as well. */
const MODEL = 'cache-probe';
const CREATED = 1_700_000_000;

/** OpenAI's list of models. */
export function modelsBody(): Body {
  return { object: 'list', data: [modelBody(MODEL)] };
}

/** One of OpenAI's models. */
export function modelBody(id: string): Body {
  return { id, object: 'model', created: CREATED, owned_by: 'litellm-cache-exporter' };
}

/** Anthropic's list of models. */
export function anthropicModelsBody(): Body {
  return { data: [anthropicModelBody(MODEL)], has_more: false, first_id: MODEL, last_id: MODEL };
}

/** One of Anthropic's models. */
export function anthropicModelBody(id: string): Body {
  return { type: 'model', id, display_name: id, created_at: new Date(CREATED * 1_000).toISOString() };
}
