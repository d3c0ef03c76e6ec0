import { compareVersions, parseVersion, type Version } from '../source/version.ts';

/** Fields of a request that are part of its key, since LiteLLM 1.80 (`ModelParamHelper`; the OpenAI package that is installed beside it decides, too). */
const FIRST: readonly string[] = [
  'audio',
  'best_of',
  'chunking_strategy',
  'dimensions',
  'documents',
  'echo',
  'encoding_format',
  'file',
  'frequency_penalty',
  'function_call',
  'functions',
  'include',
  'input',
  'keywords',
  'known_speaker_names',
  'known_speaker_references',
  'language',
  'languages',
  'logit_bias',
  'logprobs',
  'max_chunks_per_doc',
  'max_completion_tokens',
  'max_tokens',
  'max_tokens_per_doc',
  'messages',
  'modalities',
  'model',
  'moderation',
  'n',
  'parallel_tool_calls',
  'prediction',
  'presence_penalty',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'query',
  'rank_fields',
  'reasoning_effort',
  'response_format',
  'return_documents',
  'safety_identifier',
  'seed',
  'service_tier',
  'stop',
  'store',
  'stream',
  'stream_options',
  'suffix',
  'temperature',
  'thinking',
  'timestamp_granularities',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_n',
  'top_p',
  'user',
  'verbosity',
  'web_search_options',
];

/** Those of the Responses API, which came with 1.83.10, and of Anthropic's, which came later: some release between that and 1.104.2. */
const OF_MORE_APIS: readonly string[] = [
  'background',
  'cache_control',
  'compaction',
  'container',
  'context_management',
  'conversation',
  'inference_geo',
  'instruction',
  'instructions',
  'max_output_tokens',
  'max_tokens_per_query',
  'max_tool_calls',
  'mcp_servers',
  'output_config',
  'output_format',
  'previous_response_id',
  'reasoning',
  'safeguards',
  'speed',
  'stop_sequences',
  'system',
  'text',
  'top_k',
  'truncate_prompt_tokens',
  'truncation',
  'truncation_side',
];

/** Those that the OpenAI package beside 1.109.3 and later has. */
const LATEST: readonly string[] = ['access_programs', 'background_options', 'image'];

/** The names that may be part of a key, by the release from which on they are, and the one from which on others are. */
const NAMES: readonly { names: ReadonlySet<string>; since: Version; before: Version }[] = [
  { names: new Set(FIRST), since: [0, 0, 0], before: [1, 104, 0] },
  { names: new Set([...FIRST, ...OF_MORE_APIS]), since: [1, 83, 10], before: [1, 110, 0] },
  { names: new Set([...FIRST, ...OF_MORE_APIS, ...LATEST]), since: [1, 104, 0], before: [1_000, 0, 0] },
];

/** The sets of names of which one is that of a release; all where the release is not known. */
export function keyedNames(release: string | undefined): readonly ReadonlySet<string>[] {
  const own = parseVersion(release ?? '');
  const fitting = NAMES.filter(
    ({ since, before }) => own === undefined || (compareVersions(own, since) >= 0 && compareVersions(own, before) < 0),
  );
  return fitting.map(({ names }) => names);
}
