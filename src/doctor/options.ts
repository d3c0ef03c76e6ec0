/** What `doctor` was asked to look at. Paths are relative to `directory`. */
export interface DoctorOptions {
  litellmConfig?: string | undefined;
  /** `.env` files, and shell scripts such as `.envrc`, in the order of the command line. */
  envFiles: readonly string[];
  compose: readonly string[];
  /** Manifests or folders of them. */
  kubernetes: readonly string[];
  /** Whether the environment of this process is that of LiteLLM. */
  processEnvironment: boolean;
  live: boolean;
  litellmVersion?: string | undefined;
  directory: string;
}

/** What is looked for in the directory when no file is named; the first of each list that exists. */
const DISCOVERED = {
  litellmConfig: ['config.yaml', 'litellm_config.yaml', 'proxy_config.yaml', 'config.yml'],
  compose: ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'],
  override: ['compose.override.yaml', 'compose.override.yml', 'docker-compose.override.yaml', 'docker-compose.override.yml'],
} as const;

/** Whether any file was named. */
export function isAsked({ litellmConfig, envFiles, compose, kubernetes }: DoctorOptions): boolean {
  return litellmConfig !== undefined || envFiles.length + compose.length + kubernetes.length > 0;
}

/** The options with the files of the directory in place of those that were not named; as they are when any file was. */
export function discovered(options: DoctorOptions, exists: (path: string) => boolean): DoctorOptions {
  if (isAsked(options)) return options;
  const project = DISCOVERED.compose.find(exists);
  return {
    ...options,
    litellmConfig: DISCOVERED.litellmConfig.find(exists),
    envFiles: ['.env', '.envrc'].filter(exists),
    compose: project === undefined ? [] : [project, ...DISCOVERED.override.filter(exists).slice(0, 1)],
  };
}
