import { distance } from 'fastest-levenshtein';
import { isOrdinary } from '../../masking/ordinary.ts';
import { isSection } from '../../source/section.ts';
import { section } from '../facts/value.ts';
import { OF_LITELLM } from '../resolver/cache-parameters.ts';
import { ARGUMENTS } from '../resolver/client-arguments.ts';
import { CLOSED_SETS } from '../resolver/closed-sets.ts';
import { CLUSTER_TYPE, TYPE } from '../resolver/typed-arguments.ts';
import type { Setup } from '../setup.ts';

/** Sections whose keys are those of a client of Redis. */
const OF_CLIENTS = [
  ['litellm_settings', 'cache_params'],
  ['router_settings', 'cache_kwargs'],
  ['general_settings', 'coordination_redis'],
] as const;

/** Settings of LiteLLM itself that are numbers or switches. */
const TYPED: ReadonlySet<string> = new Set([
  ...Object.keys(TYPE),
  ...Object.keys(CLUSTER_TYPE),
  ...['cache', 'ttl', 'default_in_memory_ttl', 'default_in_redis_ttl', 'similarity_threshold', 'redis_flush_size', 'max_messages'],
  ...['qdrant_semantic_cache_vector_size', 'semantic_cache_embedding_max_input_tokens', 'semantic_cache_embedding_timeout'],
  ...['s3_use_ssl', 's3_verify'],
]);

const NODES: ReadonlySet<string> = new Set(['redis_startup_nodes', 'startup_nodes', 'sentinel_nodes', 'cluster_nodes']);

const NUMBER = /^[-+]?\d[\d_.,]{0,30}\s?[a-z%]{0,5}$/i;
const SWITCH = /^(?:true|false|yes|no|on|off|y|n|t|f|none|null|inf|nan)$/i;
const REFERENCE = /^(?:os\.environ\/|\$[{(A-Za-z_]|\{\{)/;
const ADDRESS = /^[a-z][a-z0-9+.-]{0,30}:\/\//i;
/** So many letters no password has in common with a word of LiteLLM by chance. */
const LONG_WORD = 8;
const NODE = /^\s*[[{]|:\d/;

/**
 * Texts that were written in the place of a number, a switch, a word of LiteLLM or a list of nodes, or below a key that nobody
 * reads, and that are none of these. A password in the wrong line is one. What people write there by mistake, such as a
 * number with its unit, a reference or an address, is left to be read.
 */
export function* misplacedTexts({ litellm, variables }: Setup): Iterable<string> {
  for (const path of OF_CLIENTS) {
    for (const [name, value] of Object.entries(section(litellm?.tree, ...path) ?? {})) yield* misplacedIn(name, value, true);
  }
  for (const [name, value] of Object.entries(section(litellm?.tree, 'router_settings') ?? {})) {
    if (name.startsWith('redis_')) yield* misplacedIn(name.slice('redis_'.length), value, false);
  }
  yield* misplacedIn('cache', section(litellm?.tree, 'litellm_settings')?.cache, false);
  for (const { name, value } of variables) {
    if (name.startsWith('REDIS_')) yield* misplacedIn(name.slice('REDIS_'.length).toLowerCase(), value?.reveal(), false);
  }
}

function misplacedIn(name: string, value: unknown, isOfClient: boolean): string[] {
  if (TYPED.has(name)) return textsIn(value).filter((text) => !isPlain(text));
  const words = CLOSED_SETS.get(name);
  if (words !== undefined) return textsIn(value).filter((text) => !isWordOf(words, text.trim()));
  if (NODES.has(name)) return typeof value === 'string' && !isPlain(value) && !NODE.test(value) ? [value] : [];
  const isRead = OF_LITELLM.has(name) || ARGUMENTS.has(name);
  return isOfClient && !isRead ? textsIn(value).filter((text) => !isPlain(text)) : [];
}

/** A word of a closed set, however it is written, a slip of one letter in a long one, or what is no word at all and left to be read. */
function isWordOf(words: readonly string[], text: string): boolean {
  const plain = (word: string) => word.toLowerCase().replaceAll('_', '-');
  const isMeant = (word: string) => distance(plain(word), plain(text.slice(0, 64))) <= (word.length < LONG_WORD ? 0 : 1);
  return words.some(isMeant) || [SWITCH, REFERENCE, ADDRESS].some((form) => form.test(text)) || isOrdinary(text);
}

/** What people write in the place of a number or a switch, right or wrong. */
function isPlain(text: string): boolean {
  return [NUMBER, SWITCH, REFERENCE, ADDRESS].some((form) => form.test(text.trim())) || isOrdinary(text.trim());
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isSection(value) ? Object.values(value).flatMap(textsIn) : [];
}
