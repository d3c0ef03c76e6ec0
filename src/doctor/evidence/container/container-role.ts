import { programOf } from './program.ts';

/** What a container runs, as far as it can be told. */
export type Role = 'litellm' | 'redis' | undefined;

/** What is known of a container. */
export interface Facts {
  /** Its image, or the one that its Dockerfile begins with. */
  image: string | undefined;
  /** What it is given to run; the words of the image where it is given nothing. */
  entrypoint: readonly string[];
  command: readonly string[];
  /** Ports inside of the container. */
  ports: readonly string[];
  /** Names of its variables. */
  variables: readonly string[];
  /** Whether the configuration that it is started with looks like one of LiteLLM; undefined where it was not found. */
  configured: boolean | undefined;
}

/** A role, or why LiteLLM is only a guess. */
export interface Identity {
  role: Role;
  /** Signs of LiteLLM that are too few to be sure; undefined where the role is. */
  maybe: string | undefined;
}

const LITELLM_IMAGE =
  /(?:^|\/)(?:berriai\/litellm[\w.-]*|litellm(?:[-_](?:database|non_root|spend_logs|ee|proxy|server|gateway|stable|fips|custom))?)$/;
const REDIS_IMAGE =
  /(^|\/)(redis|redis-stack|redis-stack-server|redis-cluster|valkey|valkey-bundle|keydb|dragonfly|garnet|kvrocks|redict|redis-\d(?:-c\d+s)?)$/;
/** What is called after LiteLLM and is not it. */
const BESIDE_LITELLM =
  /exporter|ui$|ui[-_]|dashboard|frontend|db$|[-_]db[-_]|postgres|mysql|redis|valkey|prometheus|grafana|backup|migrat|test|client|docs|metrics|bot|sync|nginx|proxy[-_]auth|operator|init|job|cron/;
/** Flags that only LiteLLM's command line has. */
const LITELLM_FLAGS =
  /^--(?:detailed_debug|num_workers|run_gunicorn|run_hypercorn|use_prisma_migrate|use_prisma_db_push|skip_server_startup|drop_params|api_base)(?:=|$)/;
const LITELLM_VARIABLES =
  /^(?:LITELLM_(?:SALT_KEY|MODE|LOG|LICENSE|CONFIG_BUCKET_NAME|MIGRATION_DIR)|CONFIG_FILE_PATH|STORE_MODEL_IN_DB|PROXY_BASE_URL)$/;

/**
 * What a container is. The program that it runs decides, else its image where that is a known repository. Else several signs
 * together decide: a configuration with the sections of LiteLLM, its flags, its port, its variables. A name that merely holds
 * the word says nothing: exporters, databases and user interfaces are called after what they belong to.
 */
export function roleOf({ image, entrypoint, command, ports, variables, configured }: Facts): Identity {
  const repository = repositoryOf(image);
  const words = [...entrypoint, ...command];
  const program = programOf(words);
  if (program.name === 'litellm' || program.name === 'redis') {
    const isServer = program.name === 'litellm' || !program.words.includes('--sentinel');
    return { role: isServer ? program.name : undefined, maybe: undefined };
  }
  if (program.name === 'other') {
    // A command without an entrypoint is given to the entrypoint of the image, which is LiteLLM itself.
    return { role: undefined, maybe: undefined };
  }
  if (repository !== undefined && REDIS_IMAGE.test(repository)) return { role: 'redis', maybe: undefined };
  if (repository !== undefined && LITELLM_IMAGE.test(repository)) return { role: 'litellm', maybe: undefined };
  if (configured === true || words.some((word) => LITELLM_FLAGS.test(word))) return { role: 'litellm', maybe: undefined };
  return guessed(repository, words, ports, variables, configured);
}

/** Whether an image is a known one of LiteLLM, or a copy under the same name. */
export function isLitellmImage(image: string | undefined): boolean {
  const repository = repositoryOf(image);
  return repository !== undefined && LITELLM_IMAGE.test(repository);
}

function repositoryOf(image: string | undefined): string | undefined {
  const [name = ''] = image?.split('@', 1) ?? [];
  const tag = name.indexOf(':', name.lastIndexOf('/') + 1);
  return image === undefined ? undefined : name.slice(0, tag < 0 ? undefined : tag).toLowerCase();
}

function guessed(
  repository: string | undefined,
  words: readonly string[],
  ports: readonly string[],
  variables: readonly string[],
  configured: boolean | undefined,
): Identity {
  const last = repository?.slice(repository.lastIndexOf('/') + 1) ?? '';
  if (configured === false || BESIDE_LITELLM.test(last)) return { role: undefined, maybe: undefined };
  const runs = [
    ...(ports.includes('4000') ? ['it listens on port 4000'] : []),
    ...(words.some((word) => /^(?:--config|-c)(?:=|$)/.test(word)) ? ['it is started with --config'] : []),
    ...(variables.some((name) => LITELLM_VARIABLES.test(name)) ? ['it has variables that only LiteLLM reads'] : []),
    // A client of LiteLLM may have the key as well.
    ...(variables.includes('LITELLM_MASTER_KEY') ? ['it has LITELLM_MASTER_KEY'] : []),
  ];
  const named = repository !== undefined && /litellm/.test(repository) ? ['its image is called after LiteLLM'] : [];
  const signs = [...runs, ...named];
  if (runs.length > 0 && signs.length > 1) return { role: 'litellm', maybe: undefined };
  return { role: undefined, maybe: signs[0] };
}
