import { isTruthy, isYes, toFloat, toInt } from './python-value.ts';
import type { Arguments } from './resolved-value.ts';

/** What a text becomes, by argument: the type of its default in redis-py 8.1. */
export const TYPE: Readonly<Record<string, 'int' | 'float' | 'bool'>> = {
  decode_responses: 'bool',
  health_check_interval: 'int',
  legacy_responses: 'bool',
  max_connections: 'int',
  port: 'int',
  db: 'int',
  retry_on_timeout: 'bool',
  single_connection_client: 'bool',
  socket_connect_timeout: 'float',
  socket_keepalive: 'bool',
  socket_read_size: 'int',
  socket_timeout: 'float',
  ssl: 'bool',
  ssl_check_hostname: 'bool',
  ssl_validate_ocsp: 'bool',
  ssl_validate_ocsp_stapled: 'bool',
};

/** The same for arguments that only the client of a cluster has. */
export const CLUSTER_TYPE: typeof TYPE = {
  cluster_error_retry_attempts: 'int',
  dynamic_startup_nodes: 'bool',
  read_from_replicas: 'bool',
  reinitialize_steps: 'int',
  require_full_coverage: 'bool',
};

/** Turns texts into the type of their argument; one that is no number is left out. */
export function typed(given: Arguments): Arguments {
  const nodes = given.get('startup_nodes');
  const types = nodes !== undefined && (!nodes.known || isTruthy(nodes.value)) ? { ...TYPE, ...CLUSTER_TYPE } : TYPE;
  const result: Arguments = new Map();
  for (const [name, argument] of given) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined || typeof argument.value !== 'string' || !argument.known) {
      result.set(name, argument);
      continue;
    }
    const value = type === 'bool' ? isYes(argument.value) : type === 'int' ? toInt(argument.value) : toFloat(argument.value);
    if (value !== undefined) result.set(name, { ...argument, value });
  }
  return result;
}
