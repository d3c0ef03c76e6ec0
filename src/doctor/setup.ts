import type { Path } from '../source/problem.ts';
import type { Secret } from '../source/secret.ts';
import type { Environment, Variable } from './environment.ts';
import type { Role } from './evidence/container/container-role.ts';
import type { Place } from './place.ts';

/** The merged `config.yaml` of LiteLLM with its `include` files. */
export interface LitellmConfig {
  /** The file that LiteLLM is started with. */
  file: string;
  tree: Readonly<Record<string, unknown>>;
  /** Where the value at a path was written: its key, or the nearest one around it. */
  place(path: Path): Place;
}

/** Something that was not found, read or understood, so that a part of the setup was not judged. */
export interface Gap {
  /** Of what: the configuration that LiteLLM is started with, what runs in a container, or any other file. */
  kind: 'configuration' | 'identity' | 'evidence';
  place: Place;
  /** What is missing, a sentence. */
  message: string;
  /** What to give the doctor, or to change. */
  fix: string;
  /** How bad, where it is not as bad as the rule says. */
  severity?: 'low' | undefined;
}

/** A file or folder that a container sees at a path; `text` where the content is in the evidence itself. */
export interface Mount {
  /** As it is written; empty for a volume without a name. */
  source: string;
  target: string;
  /** The path from the directory of the doctor; undefined where it is no file of this machine. */
  path?: string | undefined;
  /** Its content, as it is in another file, with empty lines in front so that its lines keep their numbers. */
  text?: { text: string; file: string } | undefined;
}

/** A reference to a variable in a compose file, as it was written. */
export interface VariableReference {
  name: string;
  /** `${NAME}`, not `$NAME`. */
  braced: boolean;
  /** The operator and what follows it: `:-`, `:?message`; empty where there is none. */
  rest: string;
  /** The text around it: the key of a variable, or an option of the command, and the whole value. */
  key: string;
  text: string;
  place: Place;
}

/** What runs in a container, whatever starts it. */
interface Runs {
  role: Role;
  /** Signs that it might be LiteLLM, where they are too few. */
  maybe: string | undefined;
  /** What was not found of it. */
  gaps: readonly Gap[];
  /** The configuration and ACL files that a server of Redis is started with, in the order in which it reads them. */
  serverFiles: readonly { text: string; file: string }[];
  /** Whether it is started with such a file that was not read. */
  unreadFiles: boolean;
}

/** A service of a compose file, interpolated. */
export interface ComposeService extends Runs {
  name: string;
  file: string;
  /** Its image, else the one that its Dockerfile begins with. */
  image: string | undefined;
  /** Words of `entrypoint` and `command`; those of its Dockerfile where it has none. */
  command: readonly string[];
  /** As written: `"6379:6379"` is `{ host: '0.0.0.0', published: '6379', target: '6379' }`. */
  ports: readonly { host: string; published: string | undefined; target: string; place: Place }[];
  replicas: number;
  variables: readonly Variable[];
  volumes: readonly Mount[];
  /** The folder that it works in, where the compose file or its Dockerfile says so. */
  folder: string | undefined;
  /** The names that containers of its networks know it by. */
  names: readonly string[];
  /** Its networks; none with a `network_mode`. `open` where one of them is external or not described. */
  networks: readonly string[];
  open: boolean;
  references: readonly VariableReference[];
  tree: Readonly<Record<string, unknown>>;
  place(path: Path): Place;
}

/** A container of a pod template. */
export interface Container extends Runs {
  name: string;
  image: string | undefined;
  /** Words of `command` and `args`. */
  args: readonly string[];
  variables: readonly Variable[];
  /** Ports of the container, and those of its host that lead to it. */
  ports: readonly { port: string; name: string | undefined; hostPort: string | undefined; place: Place }[];
  mounts: readonly Mount[];
  place: Place;
}

/** A pod template of a Kubernetes manifest; Secrets by name only. */
export interface Workload {
  kind: string;
  name: string;
  namespace: string;
  file: string;
  replicas: number | undefined;
  labels: Readonly<Record<string, string>>;
  /** Names that its `hostAliases` give to addresses. */
  aliases: Readonly<Record<string, string>>;
  containers: readonly Container[];
}

/** A Service of a Kubernetes manifest. */
export interface ClusterService {
  name: string;
  namespace: string;
  type: string;
  /** Whether its load balancer is internal, or admits some addresses only. */
  limited: boolean;
  /** Whether its name leads to the pods themselves, so that its ports do not count. */
  headless: boolean;
  /** The name that one of type ExternalName means. */
  external: string | undefined;
  selector: Readonly<Record<string, string>>;
  ports: readonly { port: string; target: string; nodePort: string | undefined }[];
  place: Place;
}

/** A container that runs LiteLLM's proxy. */
export interface Gateway {
  name: string;
  /** How a report tells it from the others: `service litellm`, `Deployment litellm`. */
  title: string;
  image: string | undefined;
  words: readonly string[];
  replicas: number;
  variables: readonly Variable[];
  gaps: readonly Gap[];
  mounts: readonly Mount[];
  place: Place;
  /** Where the image is named. */
  imagePlace: Place;
  /** What it is part of. */
  service?: ComposeService | undefined;
  workload?: Workload | undefined;
}

/** The Redis clients that LiteLLM makes. */
export const CLIENT = ['cache', 'router', 'coordination', 'semantic'] as const;
export type Client = (typeof CLIENT)[number];

/** One argument of the client as LiteLLM will use it. */
export interface Setting {
  /** `host`, `port`, `db`, `username`, `password`, `ssl`, `url`, `socket_timeout`, `max_connections`, ... as redis-py calls them. */
  name: string;
  /** Undefined where it is computed at run time. */
  value: Secret | undefined;
  /** Whether the value must never be printed: password, url with a password, tokens. */
  confidential: boolean;
  /** Whether Python sees a text, not a number or a boolean. */
  isText: boolean;
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
  failure?: { message: string; place: Place; open?: boolean | undefined } | undefined;
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
  clusterServices: readonly ClusterService[];
  /** Every container that runs LiteLLM, and the one that this setup is of; undefined where none is known. */
  gateways: readonly Gateway[];
  gateway: Gateway | undefined;
  /** What was not found, read or understood. */
  gaps: readonly Gap[];
  /** Values that Docker Compose does not read as they are written. */
  cuts: readonly { name: string; place: Place }[];
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
