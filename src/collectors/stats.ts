import { fieldCollector, microseconds, milliseconds } from './fields.ts';

/** What a server did since it started or its statistics were reset. Look-ups of keys are in the ledger of the watch. */
export const stats = fieldCollector('stats', [
  ['redis.connections.received', 'total_connections_received'],
  ['redis.connections.rejected', 'rejected_connections'],
  ['redis.clients.evicted', 'evicted_clients'],
  ['redis.clients.output_buffer_disconnections', 'client_output_buffer_limit_disconnections'],
  ['redis.keys.expired', 'expired_keys'],
  ['redis.keys.evicted', 'evicted_keys'],
  ['redis.eviction.exceeded_time', 'total_eviction_exceeded_time', milliseconds],
  ['redis.commands.processed', 'total_commands_processed'],
  ['redis.net.input', 'total_net_input_bytes'],
  ['redis.net.output', 'total_net_output_bytes'],
  ['redis.eventloop.duration', 'eventloop_duration_sum', microseconds],
  ['redis.error_replies', 'total_error_replies'],
  ['redis.fork.last.duration', 'latest_fork_usec', microseconds],
]);
