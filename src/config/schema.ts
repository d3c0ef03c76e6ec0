import { z } from 'zod';
import { ROUTE, SHARING } from '../model/cache.ts';
import { FIDELITY_SHAPE } from '../model/fidelity.ts';
import { REUSE_SAMPLE } from '../model/reuse.ts';
import { formatDuration } from '../source/duration.ts';
import { keyFault, originKeyFault } from '../source/secret.ts';
import { gatewayUrl, httpUrl, listenAddress, metricsUrl, node, otlpUrl, redisUrl, replicaAddress } from './address.ts';
import { USUAL_FIDELITY_MS } from './fidelity.ts';
import { duration, entryName, filePath, flag, number, oneOf, secret, secretFile, share, text } from './fields.ts';
import { discoveryRules } from './lists/rules.ts';
import { classesSchema, discoverySchema } from './lists/schema.ts';
import {
  always,
  canaryRules,
  credentialRules,
  gatewayRules,
  leaseRules,
  originRules,
  rootRules,
  targetRules,
  tenantRules,
  tlsRules,
} from './rules.ts';

/** DNS labels, and several of them with dots between (Kubernetes documentation, "Object Names and IDs"). */
const KUBERNETES_NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Faster than this is a slip of the unit. */
const MIN_INTERVAL_MS = 100;
const YEAR_MS = 365 * 86_400_000;

/** A timeout that was not given: the usual one, or less where the interval is short. */
function timeoutFor(interval: number, usual: number): number {
  return Math.min(usual, Math.floor(interval * 0.8));
}

const tls = z
  .strictObject({
    ca_file: filePath().optional().describe('PEM file of the authorities to trust instead of those of the system.'),
    cert_file: filePath().optional().describe('PEM file of the client certificate.'),
    key_file: filePath().optional().describe("PEM file of the client certificate's key."),
    server_name: text().optional().describe('Name to expect in the certificate of the server where it is not the host.'),
    insecure_skip_verify: flag().prefault(false).describe('Accept any certificate. For experiments only.'),
  })
  .superRefine(...always(tlsRules));

const credential = {
  username: text().optional().describe('ACL user; without it a password is that of the user `default`.'),
  password: secret().optional().describe('Password. A reference keeps it out of the file.'),
  password_file: secretFile().optional().describe('File with the password, read again for every new connection.'),
};

const canary = z
  .strictObject({
    name: entryName().describe('Label `credential`. Not `exporter`: that is the credential of the target itself.'),
    ...credential,
  })
  .superRefine(...always(canaryRules))
  .transform(({ password_file, ...rest }) => ({ ...rest, password: rest.password ?? password_file }));

const sentinel = z
  .strictObject({
    master: text().describe('Name of the master set.'),
    nodes: z.array(node()).min(1, 'needs at least one host:port').describe('The Sentinels, each as `host:port`.'),
    ...credential,
  })
  .superRefine(...always(credentialRules))
  .transform(({ password_file, ...rest }) => ({ ...rest, password: rest.password ?? password_file }));

/** Nodes that are asked for the others; a few are enough. */
const MAX_CLUSTER_NODES = 64;

const cluster = z.strictObject({
  nodes: z
    .array(node())
    .min(1, 'needs at least one host:port')
    .max(MAX_CLUSTER_NODES, `names more than ${MAX_CLUSTER_NODES} nodes; a few are enough, the others are found through them`)
    .describe(
      'Some nodes, each as `host:port`; the others are found through them. With a `tls` section, be it `{}`, all are spoken to over TLS.',
    ),
});

/** More often costs Redis more than it tells. */
const MIN_CENSUS_INTERVAL_MS = 10_000;

const census = z.strictObject({
  interval: duration({ min: MIN_CENSUS_INTERVAL_MS }).prefault('5m').describe('Time between two censuses.'),
  sample: number({ min: 100, max: 10_000, whole: true })
    .prefault(1_000)
    .describe('Keys to draw; 1000 cost Redis a few milliseconds whatever the number of keys is.'),
});

const reuse = z.strictObject({
  sample: oneOf(REUSE_SAMPLE)
    .prefault('1/256')
    .describe('Share of the keys that is watched, by the first digits of their hash: `1/16`, `1/256` or `1/4096`.'),
  gateways: z
    .array(entryName())
    .min(1, 'names no gateway; leave it away for all of the target')
    .optional()
    .describe('Gateways whose answers are watched; those with the same namespace count as one, under the first name.')
    .meta({ usual: 'all with this target' }),
});

/** One entry of `redis`. */
export const targetSchema = z
  .strictObject({
    name: entryName().describe('Label `redis_target` of everything that is measured there.'),
    url: redisUrl().optional().describe('`redis://`, `rediss://` (TLS) or `unix://`. User and password in it are accepted and hidden.'),
    sentinel: sentinel.optional().describe('Ask these Sentinels for the master, instead of `url`.'),
    cluster: cluster.optional().describe('Watch every node of this Redis Cluster, instead of `url`.'),
    ...credential,
    tls: tls.optional().describe('How to trust and be trusted over TLS.'),
    interval: duration({ min: MIN_INTERVAL_MS }).prefault('15s').describe('Time between two scrapes.'),
    timeout: duration()
      .optional()
      .describe('Limit of one scrape; 80 % of the interval where that is shorter than 2 s.')
      .meta({ usual: '2s' }),
    canaries: z
      .array(canary)
      .prefault([])
      .describe("Credentials of others, above all the gateway's own, each tried on a fresh connection at every scrape."),
    max_series: number({ min: 1_000, max: 100_000, whole: true })
      .prefault(5_000)
      .describe(
        'Series that one scrape gives at most, of a cluster the nodes together, each an equal part; databases beyond it are left out and counted in `cache_exporter_series_dropped_total`.',
      ),
    census: census
      .optional()
      .describe('Count the keys of the database by class, from a random sample; off unless this key is there. `{}` takes the defaults.'),
    reuse: reuse
      .optional()
      .describe(
        'Watch a sample of the answers that are written, to tell what another time to live or more memory would bring; off unless this key is there. `{}` takes the defaults.',
      ),
  })
  .superRefine(...always(targetRules))
  .transform(({ url, password_file, ...rest }) => ({
    ...rest,
    address: url?.address,
    username: rest.username ?? url?.username,
    password: rest.password ?? password_file ?? url?.password,
    timeout: rest.timeout ?? timeoutFor(rest.interval, 2000),
  }));

/** Where the metrics of a gateway are: as it is written, or where LiteLLM has them without a port of their own. */
function metricsUrlOf({ url, metrics_url }: { url: string; metrics_url?: string | undefined }): string | undefined {
  return metrics_url ?? `${url}/metrics`;
}

const expectation = z.strictObject({
  cache: oneOf(['redis', 'local', 'none'])
    .prefault('redis')
    .describe('Where the gateway should cache; a deliberately local gateway says `local`.'),
  ttl: duration({ whole: 'seconds', max: YEAR_MS }).optional().describe("Time to live that users' entries should have."),
  sharing: oneOf(SHARING)
    .optional()
    .describe(
      "Whether tenants may get each other's answers from the cache: `shared`, or `isolated`, where an answer that crosses is a verdict of `wrong_answers`. Without it both are in order.",
    ),
});

/** Each ordered pair of them has its turn; more would take days. */
const MAX_TENANTS = 8;

const tenant = z
  .strictObject({
    name: entryName().describe('Labels `from` and `to`.'),
    api_key: secret(keyFault).optional().describe('Virtual key of this tenant. A reference keeps it out of the file.'),
    api_key_file: secretFile().optional().describe('File with the key, read again for every request.'),
  })
  .superRefine(...always(tenantRules))
  .transform(({ api_key_file, ...rest }) => ({ ...rest, api_key: rest.api_key ?? api_key_file }));

/** More often than this the gateway would answer probes more than users. */
const MIN_FIDELITY_INTERVAL_MS = 10_000;

const fidelity = z.strictObject({
  interval: duration({ min: MIN_FIDELITY_INTERVAL_MS })
    .prefault(formatDuration(USUAL_FIDELITY_MS))
    .describe(
      'In this time each shape is tried once, at most one in a round of pairs; after a start one in each round until all were tried.',
    ),
  shapes: z
    .array(oneOf(FIDELITY_SHAPE))
    .prefault([...FIDELITY_SHAPE])
    .describe('What is tried of the answers of the cache; `[]` tries nothing. `semantic_opposite` only of semantic caches.')
    .meta({ usual: 'all' }),
  accept: z
    .array(oneOf(FIDELITY_SHAPE))
    .prefault([])
    .describe(
      'Shapes of which it is known, and accepted, that the cache changes them: on metrics and page only, not in verdict and alerts.',
    ),
});

/** One entry of `gateways`. */
export const gatewaySchema = z
  .strictObject({
    name: entryName().describe('Label `gateway` of everything that is measured there.'),
    url: gatewayUrl().describe('Address of the proxy, without `/v1`.'),
    metrics_url: metricsUrl()
      .optional()
      .describe(
        "Full address of the gateway's metrics, where they have another port or host (`--prometheus_metrics_port`). The key goes there only where scheme, host and port are those of `url`.",
      )
      .meta({ usual: '<url>/metrics' }),
    addresses: z
      .array(replicaAddress())
      .optional()
      .describe('Replicas, to be used instead of host and port of `url`; or one DNS name with several records. Pairs rotate over them.'),
    api_key: secret(keyFault).optional().describe('Virtual key for the probes. A reference keeps it out of the file.'),
    api_key_file: secretFile().optional().describe('File with the key, read again for every request.'),
    tls: tls.optional().describe('How to trust and be trusted over TLS.'),
    redis: entryName().optional().describe("Name of the target that should hold this gateway's cache."),
    namespace: text()
      .optional()
      .describe('Its `cache_params.namespace`; learnt from `/cache/ping` or from the keys of a pair where it is not given.'),
    model: text().describe('Model that the probes ask for; best a mock model.'),
    routes: z
      .array(oneOf(ROUTE))
      .min(1, 'needs at least one route')
      .prefault(['completions', 'chat'])
      .describe(`What to probe: ${ROUTE.join(', ')}.`),
    interval: duration({ min: MIN_INTERVAL_MS }).prefault('60s').describe('Time between two rounds of pairs.'),
    timeout: duration()
      .optional()
      .describe('Limit of one request; 80 % of the interval where that is shorter than 10 s.')
      .meta({ usual: '10s' }),
    ttl: duration({ whole: 'seconds', max: YEAR_MS }).prefault('120s').describe("Time to live of the probes' own entries."),
    expect: expectation.prefault({}).describe('What should be true of this gateway.'),
    tenants: z
      .array(tenant)
      .max(MAX_TENANTS, `names more than ${MAX_TENANTS} tenants; take one for each kind of key`)
      .optional()
      .describe(
        "Keys of at least two tenants (teams, customers, users), to see whether they get each other's answers from the cache: in every tenth round one of them sends a request and another repeats it.",
      ),
    overhead: share({ max: 1 })
      .prefault('1%')
      .describe('Share of the time of the gateway that questions beside the two requests of a pair may take, as a percentage.'),
    origin: flag()
      .optional()
      .describe(
        'Its `model` leads to the origin of this exporter, or of another one with the same key: pairs cost nothing, and hits are proven by content.',
      ),
    cache_ping: oneOf(['auto', 'off'])
      .prefault('auto')
      .describe(
        '`auto`: ask `/cache/ping` where its answer is needed, not before a Redis Cluster, and never again where it took over 500 ms; `off`: never ask it.',
      ),
    fidelity: fidelity
      .optional()
      .describe('Whether the cache gives answers back as they were, tried by shape; only with the origin. `{}` takes the defaults.'),
    daily_budget_usd: number({ min: 0 })
      .prefault(1)
      .describe('The daemon does not start when its probes could cost more a day, and stops them when they have.'),
    price_per_pair_usd: number({ min: 0 })
      .optional()
      .describe(
        'What a pair costs while the cache works, when only its first request is paid; 0 for a mock model. Required without `origin: true`.',
      ),
  })
  .superRefine(...always(gatewayRules))
  .transform(({ api_key_file, ...rest }) => ({
    ...rest,
    api_key: rest.api_key ?? api_key_file,
    metrics_url: metricsUrlOf(rest),
    fidelity: rest.origin ? (rest.fidelity ?? fidelity.parse({})) : undefined,
    price_per_pair_usd: rest.price_per_pair_usd ?? (rest.origin ? 0 : undefined),
    timeout: rest.timeout ?? timeoutFor(rest.interval, 10_000),
  }));

const leaseRedis = z
  .strictObject({
    url: redisUrl().describe('`redis://`, `rediss://` (TLS) or `unix://`. User and password in it are accepted and hidden.'),
    ...credential,
    tls: tls.optional().describe('How to trust and be trusted over TLS.'),
  })
  .superRefine(...always(targetRules))
  .transform(({ url, password_file, ...rest }) => ({
    ...rest,
    address: url.address,
    username: rest.username ?? url.username,
    password: rest.password ?? password_file ?? url.password,
  }));

const leaseObject = z.strictObject({
  namespace: text().regex(KUBERNETES_NAMESPACE, 'is no name of a namespace').describe('Namespace of the Lease object.'),
  name: text()
    .max(253, 'is longer than 253 characters')
    .regex(KUBERNETES_NAME, 'is no name that Kubernetes takes')
    .describe('Its name; it is made where it does not exist.'),
});

const lease = z
  .strictObject({
    redis: leaseRedis.optional().describe('Keep the lease in this Redis, which must not be one that is watched.'),
    kubernetes: leaseObject.optional().describe('Keep it in a Lease object, with the service account of the pod.'),
  })
  .superRefine(...always(leaseRules));

/** A gateway gives up on a slower provider, and so does a probe. */
const MAX_LATENCY_MS = 10_000;

const origin = z
  .strictObject({
    listen: z
      .array(listenAddress())
      .prefault([':9465'])
      .describe(
        'Addresses to answer at as the provider behind probe models; port 0 takes a free one. `[]` serves nothing and only checks answers: for exporters beside one that serves.',
      ),
    web_config_file: filePath().optional().describe('Web configuration of the Prometheus exporter toolkit: TLS. No `basic_auth_users`.'),
    api_key: secret(originKeyFault)
      .optional()
      .describe(
        'Key that gateways send, and that signs the answers: a long random text, of 16 characters at least. A reference keeps it out of the file.',
      ),
    api_key_file: secretFile()
      .optional()
      .describe('File with the key, read again for every use. After a change the key before it counts for an hour.'),
    latency: duration({ min: 0, max: MAX_LATENCY_MS }).prefault('200ms').describe('What a provider would take for an answer; 0s for none.'),
  })
  .superRefine(...always(originRules))
  .transform(({ api_key_file, ...rest }) => ({ ...rest, api_key: rest.api_key ?? api_key_file }));

const http = z.strictObject({
  listen: z
    .array(listenAddress())
    .min(1, 'needs at least one address')
    .prefault([':9464'])
    .describe('Addresses to listen at; port 0 takes a free one.'),
  web_config_file: filePath().optional().describe('Web configuration of the Prometheus exporter toolkit: TLS and basic authentication.'),
  health_listen: z
    .array(listenAddress())
    .optional()
    .describe(
      'Addresses that answer `/-/healthy` and `/-/ready` and nothing else, in plain HTTP and without a login: for health checks where `web_config_file` asks for one.',
    ),
  external_url: httpUrl()
    .optional()
    .describe(
      'Address at which people reach this exporter, for links in alerts and dashboards to its page and runbooks; without it links lead to the address that Prometheus scrapes.',
    ),
  enable_lifecycle: flag().prefault(false).describe('Accept `POST /-/reload` from other hosts as well.'),
});

const traces = z.strictObject({
  endpoint: otlpUrl()
    .optional()
    .describe(
      'Base address of an OTLP/HTTP receiver; `/v1/traces` is appended. `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` are used where it is not given.',
    ),
  ui_url: httpUrl().optional().describe('Address of Jaeger for the links on the status page.'),
  sample_ratio: number({ min: 0, max: 1 }).prefault(1).describe('Share of ticks that are traced.'),
});

const otlp = z.strictObject({
  endpoint: otlpUrl().describe('Base address of an OTLP/HTTP receiver; `/v1/metrics` is appended.'),
  interval: duration({ min: MIN_INTERVAL_MS }).prefault('60s').describe('Time between two pushes.'),
});

const metrics = z.strictObject({
  otlp: otlp.optional().describe('Push all metrics there, beside `/metrics`.'),
});

const log = z.strictObject({
  level: oneOf(['trace', 'debug', 'info', 'warn', 'error']).prefault('info').describe('Least severity that is written.'),
  format: oneOf(['json', 'text']).prefault('json').describe('One JSON object a line, or text for people.'),
});

/** The configuration file. Its output is assignable to Config. */
export const schema = z
  .strictObject({
    redis: z.array(targetSchema).prefault([]).describe('Redis servers to watch.'),
    gateways: z.array(gatewaySchema).prefault([]).describe('LiteLLM gateways to probe.'),
    discovery: discoverySchema(tls)
      .optional()
      .describe(
        'Lists of more targets and gateways, as Prometheus discovers them. An entry of the file wins over one of a list, and an earlier list over a later one.',
      ),
    classes: classesSchema.optional().describe('What the targets and gateways of a list have in common.'),
    lease: lease.optional().describe('For several exporters with the same configuration: the one that holds the lease probes.'),
    http: http.prefault({}).describe('The HTTP interface of the daemon.'),
    origin: origin.optional().describe('This exporter as the provider behind the probe models of gateways.'),
    traces: traces.prefault({}).describe('Where traces of the ticks go.'),
    metrics: metrics.prefault({}).describe('Where metrics go, beside `/metrics`.'),
    log: log.prefault({}).describe('The log on standard output.'),
  })
  .superRefine(...always(rootRules))
  .superRefine(...always(discoveryRules));
