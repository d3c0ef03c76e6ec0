import { fieldCollector } from './fields.ts';

/** Who is connected. */
export const clients = fieldCollector('clients', [
  ['redis.clients.connected', 'connected_clients'],
  ['redis.clients.blocked', 'blocked_clients'],
  ['redis.clients.max', 'maxclients'],
  ['redis.clients.max_input_buffer', 'client_recent_max_input_buffer'],
  ['redis.clients.max_output_buffer', 'client_recent_max_output_buffer'],
]);
