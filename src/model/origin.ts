/** The APIs that the origin speaks, as LiteLLM's `openai/`, `text-completion-openai/` and `anthropic/` providers call them. */
export const ORIGIN_API = ['chat', 'completions', 'embeddings', 'responses', 'messages', 'models'] as const;
export type OriginApi = (typeof ORIGIN_API)[number];

/** What a request to the origin is counted as: its API, or `other` for a path that it does not have. */
export const ORIGIN_ROUTE = [...ORIGIN_API, 'other'] as const;
export type OriginRoute = (typeof ORIGIN_ROUTE)[number];

/** The statuses of the origin's answers; 499 for a client that went away before its answer, as nginx counts it. */
export const ORIGIN_STATUS = ['200', '400', '401', '404', '405', '413', '415', '429', '499', '500', '503'] as const;
export type OriginStatus = (typeof ORIGIN_STATUS)[number];
