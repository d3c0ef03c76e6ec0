import { CALL_TYPES } from './cache-arguments.ts';

const ERROR_HANDLERS = [
  'strict',
  'ignore',
  'replace',
  'xmlcharrefreplace',
  'backslashreplace',
  'namereplace',
  'surrogateescape',
  'surrogatepass',
];
const ENCODINGS = ['utf-8', 'utf8', 'ascii', 'latin-1', 'latin1', 'iso-8859-1', 'utf-16', 'utf-32', 'cp1252'];

/**
 * The settings of a cache or of its client whose values are words, and all of these words: the enumerations of LiteLLM 1.80 to
 * 1.110 and of redis-py 8.1; of encodings those that are in use. Anything else in their place is a slip, and may be a secret.
 */
export const CLOSED_SETS: ReadonlyMap<string, readonly string[]> = new Map([
  ['type', ['local', 'redis', 'redis-semantic', 'valkey-semantic', 's3', 'disk', 'qdrant-semantic', 'azure-blob', 'gcs']],
  ['mode', ['default_on', 'default_off']],
  ['supported_call_types', CALL_TYPES],
  ['semantic_cache_scope', ['key', 'end_user']],
  ['qdrant_quantization_config', ['binary', 'scalar', 'product']],
  ['ssl_cert_reqs', ['none', 'optional', 'required', 'CERT_NONE', 'CERT_OPTIONAL', 'CERT_REQUIRED']],
  ['ssl_min_version', ['TLSv1', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3', 'MINIMUM_SUPPORTED', 'MAXIMUM_SUPPORTED']],
  ['load_balancing_strategy', ['round_robin', 'round_robin_replicas', 'random', 'random_replica']],
  ['protocol', ['2', '3']],
  ['encoding', ENCODINGS],
  ['charset', ENCODINGS],
  ['encoding_errors', ERROR_HANDLERS],
  ['errors', ERROR_HANDLERS],
]);
