import type { z } from 'zod';
import type { WrittenAddress } from '../source/redis-url.ts';
import type { Secret } from '../source/secret.ts';
import type { schema } from './schema.ts';

/** A type in which a key that may be undefined may also be left out, at every depth. */
type Sparse<T> = T extends Secret | WrittenAddress
  ? T
  : T extends readonly (infer Item)[]
    ? Sparse<Item>[]
    : T extends object
      ? { [K in keyof T as undefined extends T[K] ? never : K]: Sparse<T[K]> } & {
          [K in keyof T as undefined extends T[K] ? K : never]?: Sparse<T[K]>;
        }
      : T;

/** The effective configuration: what the schema makes of the files, flags and environment. Durations are milliseconds, shares from 0 to 1. */
export type Config = Sparse<z.output<typeof schema>>;

/** One Redis server, or the master of a Sentinel set; user and password of its URL are in `username` and `password`. */
export type TargetConfig = Config['redis'][number];

/** What it takes to talk to a Redis server, of a target or another one. */
export type ServerConfig = Omit<TargetConfig, 'max_series' | 'census' | 'reuse'>;

/** A user of a Redis target. */
export type Credential = TargetConfig['canaries'][number];

/** How a target's keys are counted by class. */
export type CensusConfig = NonNullable<TargetConfig['census']>;

/** How the writes of a target are sampled. */
export type ReuseConfig = NonNullable<TargetConfig['reuse']>;

/** How to trust and be trusted over TLS; paths of PEM files. */
export type TlsConfig = NonNullable<TargetConfig['tls']>;

/** One LiteLLM gateway. Replicas are `host`, `host:port` or `scheme://host:port`; without a price that of the model is unknown. */
export type GatewayConfig = Config['gateways'][number];

/** The origin; the key is the same for all exporters of which one may serve and another check. */
export type OriginConfig = NonNullable<Config['origin']>;

/** A list of targets or gateways that is read from files or over HTTP. */
export type SourceConfig = NonNullable<Config['discovery']>[number];

/** What several exporters with the same configuration share, so that one of them probes; one of the two. */
export type LeaseConfig = NonNullable<Config['lease']>;

/** A Redis server that keeps the lease. */
export type LeaseRedisConfig = NonNullable<LeaseConfig['redis']>;
