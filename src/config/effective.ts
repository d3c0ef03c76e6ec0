import type { Route } from '../model/cache.ts';
import type { WrittenAddress } from '../source/redis-url.ts';
import type { Secret } from '../source/secret.ts';

/** How to trust and be trusted over TLS; paths of PEM files. */
export interface TlsConfig {
  ca_file?: string | undefined;
  cert_file?: string | undefined;
  key_file?: string | undefined;
  server_name?: string | undefined;
  insecure_skip_verify: boolean;
}

/** A user of a Redis target. */
export interface Credential {
  name: string;
  username?: string | undefined;
  password?: Secret | undefined;
}

/** How a target's keys are counted by class. */
export interface CensusConfig {
  interval: number;
  /** Keys to draw. */
  sample: number;
}

/** One Redis server, or the master of a Sentinel set. Durations are milliseconds here and below. */
export interface TargetConfig {
  name: string;
  /** What `url` says; user and password of the URL were moved into `username` and `password`. */
  address?: WrittenAddress | undefined;
  sentinel?: { master: string; nodes: string[]; username?: string | undefined; password?: Secret | undefined } | undefined;
  username?: string | undefined;
  password?: Secret | undefined;
  tls?: TlsConfig | undefined;
  interval: number;
  timeout: number;
  canaries: Credential[];
  /** Series that one scrape gives at most, 5,000 without it. */
  max_series?: number | undefined;
  /** Undefined: no census is taken. */
  census?: CensusConfig | undefined;
}

/** One LiteLLM gateway. */
export interface GatewayConfig {
  name: string;
  url: string;
  /** Replicas, each `host`, `host:port` or `scheme://host:port`; none where the URL is all there is. */
  addresses?: string[] | undefined;
  api_key?: Secret | undefined;
  /** The name of the target that should hold its cache. */
  redis?: string | undefined;
  namespace?: string | undefined;
  model: string;
  routes: Route[];
  interval: number;
  timeout: number;
  ttl: number;
  expect: { cache: 'redis' | 'local' | 'none'; ttl?: number | undefined };
  daily_budget_usd: number;
  /** Undefined where the price of the model is unknown. */
  price_per_pair_usd?: number | undefined;
  tls?: TlsConfig | undefined;
  /** The share of its time, from 0 to 1, that may go to questions beside the two requests of a pair. */
  overhead: number;
  /** Whether `/cache/ping` is asked where it is needed and harmless, or never. */
  cache_ping: 'auto' | 'off';
}

/** A Redis server that keeps the lease. */
export interface LeaseRedisConfig {
  address: WrittenAddress;
  username?: string | undefined;
  password?: Secret | undefined;
  tls?: TlsConfig | undefined;
}

/** What several exporters with the same configuration share, so that one of them probes; one of the two. */
export interface LeaseConfig {
  redis?: LeaseRedisConfig | undefined;
  kubernetes?: { namespace: string; name: string } | undefined;
}

/** The effective configuration: what the schema makes of the files, flags and environment. */
export interface Config {
  redis: TargetConfig[];
  gateways: GatewayConfig[];
  lease?: LeaseConfig | undefined;
  http: {
    listen: string[];
    external_url?: string | undefined;
    health_listen?: string[] | undefined;
    web_config_file?: string | undefined;
    enable_lifecycle: boolean;
  };
  traces: { endpoint?: string | undefined; ui_url?: string | undefined; sample_ratio: number };
  metrics: { otlp?: { endpoint: string; interval: number } | undefined };
  log: { level: 'trace' | 'debug' | 'info' | 'warn' | 'error'; format: 'json' | 'text' };
}
