/** What a container runs, as far as its image and command tell. */
export type Role = 'litellm' | 'redis' | undefined;

const REDIS_PROGRAM = /(^|\/)(redis|valkey|keydb)-server$/;
const REDIS_IMAGE = /(^|\/)(redis|redis-stack|redis-stack-server|valkey|valkey-bundle|keydb|dragonfly)$/;

/** The role of a container: by the last part of its image without tag and digest, else by its command. */
export function roleOf(image: string | undefined, command: readonly string[]): Role {
  const repository = image?.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  if (repository !== undefined && /litellm/i.test(repository)) return 'litellm';
  if (repository !== undefined && REDIS_IMAGE.test(repository)) return 'redis';
  if (command.some((word) => /(^|\/)litellm$/.test(word))) return 'litellm';
  return command.some((word) => REDIS_PROGRAM.test(word)) ? 'redis' : undefined;
}
