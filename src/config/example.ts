/** A configuration with every key, as the documentation shows it. It loads once its secrets exist. */
export const EXAMPLE = `redis:
  - name: cache                          # label redis_target
    url: rediss://cache.internal:6379/0  # TLS; redis:// without, unix:///run/redis.sock for a socket
    username: exporter
    password_file: /run/secrets/redis    # read again at each connection: a rotated password heals by itself
    tls:
      ca_file: /run/secrets/ca.pem
    interval: 15s
    timeout: 2s
    canaries:                            # the gateway's own credential: tells when it, not ours, is refused
      - name: litellm
        username: litellm
        password_file: /run/secrets/litellm_redis
    census:                              # keys by class; {} for these values, off without the key
      interval: 5m
      sample: 1000
    reuse:                               # what another TTL would bring; {} for these values, off without the key
      sample: 1/256
      gateways: [litellm]                # all with this target without the key
  - name: sessions
    sentinel:                            # instead of url
      master: sessions
      nodes: ["sentinel-0:26379", "sentinel-1:26379", "sentinel-2:26379"]
      username: watcher
      password: \${env:SENTINEL_PASSWORD}
    password: \${file:/run/secrets/redis}
  - name: answers
    cluster:                             # instead of url: every node of a Redis Cluster is watched
      nodes: ["node-0:6379", "node-1:6379", "node-2:6379"]
    tls: {}                              # over TLS; without this key in plain text
    username: exporter
    password_file: /run/secrets/redis

gateways:
  - name: litellm                        # label gateway
    url: http://litellm:4000
    metrics_url: http://litellm:4001/metrics # where the gateway runs with --prometheus_metrics_port 4001
    addresses: [litellm-0.litellm, litellm-1.litellm] # replicas; or one DNS name with several records
    api_key: \${env:LITELLM_API_KEY}
    redis: cache                         # the target above that should hold its cache
    namespace: litellm
    model: cache-probe
    routes: [completions, chat]
    interval: 60s
    timeout: 10s
    ttl: 120s
    expect:
      cache: redis
      ttl: 3600s
      sharing: isolated                  # or shared; without it both are in order
    tenants:                             # does one get from the cache what another has asked?
      - name: research
        api_key_file: /run/secrets/key_research
      - name: sales
        api_key_file: /run/secrets/key_sales
    overhead: 1%                         # of the gateway's time, for all questions beside the two requests of a pair
    origin: true                         # its model leads to the origin below
    fidelity:                            # does a hit give answers back as they were? tried by shape
      interval: 10m
      accept: [stream_usage]             # known, and in order here
    cache_ping: auto                     # or off: never ask /cache/ping
    daily_budget_usd: 1
    price_per_pair_usd: 0                # a mock model

discovery:                               # more of both from lists, as Prometheus has them (fleet.md)
  - file_sd:
      files: [targets/*.yaml]            # read again at once when one changes
      refresh_interval: 5m
    kind: gateway
    class: default
  - name: allocator                      # label source
    http_sd:
      url: http://allocator/jobs/redis/targets?collector_id=exporter-0
      refresh_interval: 30s
      authorization:
        credentials_file: /run/secrets/allocator
    kind: redis
    class: default

classes:                                 # what the entries of a list have in common
  gateways:
    default:
      model: cache-probe
      routes: [completions, chat]
      origin: true
      redis: "{{redis}}"                 # the label redis of the target; left away where it has none
      api_key_file: "/run/secrets/{{name}}"
  redis:
    default:
      username: exporter
      password_file: "/run/secrets/{{name}}"
      interval: 15s

lease:                                   # only where several exporters run: one of them probes
  redis:
    url: redis://lease.internal:6379     # not one that is watched; or kubernetes: { namespace, name }
    username: lease
    password_file: /run/secrets/redis

http:
  listen: [":9464"]
  web_config_file: web.yml
  enable_lifecycle: false

origin:                                  # the provider behind probe models; costs nothing and proves every answer
  listen: [":9465"]                      # [] serves nothing and only checks
  api_key_file: /run/secrets/origin      # what gateways have to send
  latency: 200ms                         # what a provider would take

traces:
  endpoint: http://jaeger:4318
  ui_url: http://jaeger:16686
  sample_ratio: 1

metrics:
  otlp:
    endpoint: http://collector:4318
    interval: 60s

log:
  level: info
  format: json
`;
