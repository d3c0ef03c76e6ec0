/** Faults that a release changes most: each way out of Redis, what the gateway says of itself, and what it caches. */
export const TWELVE = [
  'Redis stopped',
  'Redis paused (SIGSTOP)',
  'loading',
  'maxclients reached',
  'password rotated under open connections, then connections dropped',
  'user deleted',
  'out of memory with noeviction',
  'cache off',
  'type missing (silent local)',
  'supported_call_types with chat only',
  'redis_flush_size',
  'model missing',
] as const;
