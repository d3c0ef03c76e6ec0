import type { Path } from '../config/problem.ts';
import type { Secret } from '../config/secret.ts';
import type { Environment, Variable } from './environment.ts';
import type { Place } from './place.ts';

/** The merged `config.yaml` of LiteLLM with its `include` files. */
export interface LitellmConfig {
  /** The file that LiteLLM is started with. */
  file: string;
  tree: Readonly<Record<string, unknown>>;
  /** Where the value at a path was written: its key, or the nearest one around it. */
  place(path: Path): Place;
}

/** A service of a compose file, interpolated. */
export interface ComposeService {
  name: string;
  file: string;
  image: string | undefined;
  /** Words of `command` and `entrypoint`. */
  command: readonly string[];
  /** As written: `"6379:6379"` is `{ host: '0.0.0.0', published: '6379', target: '6379' }`. */
  ports: readonly { host: string; published: string | undefined; target: string; place: Place }[];
  replicas: number;
  variables: readonly Variable[];
  volumes: readonly { source: string; target: string }[];
  tree: Readonly<Record<string, unknown>>;
  place(path: Path): Place;
}

/** A pod template of a Kubernetes manifest; Secrets by name only. */
export interface Workload {
  kind: string;
  name: string;
  file: string;
  replicas: number | undefined;
  containers: readonly { name: string; image: string | undefined; args: readonly string[]; variables: readonly Variable[]; place: Place }[];
}

/** The Redis clients that LiteLLM makes. */
export const CLIENT = ['cache', 'router', 'coordination'] as const;
export type Client = (typeof CLIENT)[number];

/** One argument of the client as LiteLLM will use it. */
export interface Setting {
  /** `host`, `port`, `db`, `username`, `password`, `ssl`, `url`, `socket_timeout`, `max_connections`, ... as redis-py calls them. */
  name: string;
  /** Undefined where it is computed at run time. */
  value: Secret | undefined;
  /** Whether the value must never be printed: password, url with a password, tokens. */
  confidential: boolean;
  /** `REDIS_URL`, `cache_params.host`, or `default`. */
  from: string;
  /** The variable that is named there as `os.environ/NAME`. */
  variable?: string | undefined;
  place: Place;
  /** What would have been used without it. */
  hides: readonly { from: string; place: Place; value: Secret | undefined }[];
}

/** What one client of LiteLLM resolves to; `used` is false where LiteLLM will not make it. */
export interface Resolution {
  client: Client;
  used: boolean;
  settings: readonly Setting[];
  /** Why LiteLLM will fail where it makes this client, and where that was written. */
  failure?: { message: string; place: Place } | undefined;
}

/** Read-only answers of the real Redis and the real gateway, with `--live`; each is undefined where it could not be had. */
export interface Live {
  redis?:
    | {
        version?: string | undefined;
        maxmemory?: number | undefined;
        policy?: string | undefined;
        maxclients?: number | undefined;
        answersWithoutPassword?: boolean | undefined;
        clustered?: boolean | undefined;
      }
    | undefined;
  gateway?: { version?: string | undefined; cacheType?: string | undefined } | undefined;
}

/** Everything that rules may look at: gathered once, resolved once, frozen. */
export interface Setup {
  litellm: LitellmConfig | undefined;
  environment: Environment;
  /** Every variable of every source, hidden or not. */
  variables: readonly Variable[];
  services: readonly ComposeService[];
  workloads: readonly Workload[];
  /** The release of LiteLLM, from `--litellm-version`, an image tag or the live gateway. */
  release: { version: string; place: Place } | undefined;
  resolutions: Readonly<Record<Client, Resolution>>;
  live: Live | undefined;
  /** Whether a file is tracked by git, readable by everyone, or neither; undefined where it cannot be told. */
  exposure(file: string): { tracked: boolean; worldReadable: boolean } | undefined;
  /** A line of a gathered file, for excerpts and edits; from 1. */
  line(file: string, number: number): string | undefined;
  /** How the lines of a gathered file end, for edits. */
  ending(file: string): '\n' | '\r\n';
  /** How one line of it ends, from 1; empty for a last line without an end. */
  lineEnding(file: string, number: number): string;
  /** Whether a file begins with a byte order mark, which is in none of its lines. */
  marked(file: string): boolean;
}
