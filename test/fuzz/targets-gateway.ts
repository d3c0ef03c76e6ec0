import { breakerOpen } from '../../src/litellm/breaker.ts';
import { readCacheMarkers, readStreamMarkers, sanitizeVersion } from '../../src/litellm/cache-markers.ts';
import { readCachePing } from '../../src/litellm/cache-ping.ts';
import { parseJson } from '../../src/litellm/json.ts';
import { refusal } from '../../src/litellm/refusal.ts';
import { createStreamReader } from '../../src/litellm/stream.ts';
import { PROBERS } from '../../src/pairs/index.ts';
import { mutated } from './random.ts';
import type { Target } from './target.ts';

const BODIES: readonly [string, ...string[]] = [
  '{"id":"chatcmpl-1","created":1770000000,"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}',
  '{"object":"list","data":[{"embedding":[0.1,0.2]}],"usage":{"prompt_tokens":3}}',
  '{"error":{"message":"Authentication Error, Invalid proxy server token passed","type":"auth_error","param":"None","code":"401"}}',
  '{"status":"healthy","cache_type":"redis","ping_response":true,"litellm_cache_params":"{\\"redis_url\\": \\"redis://a:6379\\"}"}',
  '{"detail":{"error":"Service Unhealthy (Error 111 connecting to 127.0.0.1:6379)"}}',
];

const STREAMS: readonly [string, ...string[]] = [
  'data: {"id":"chatcmpl-1","choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n',
  ': comment\nevent: x\nretry: 1\r\n\r\ndata: {"error":{"message":"no"}}\n\n',
];

const METRICS: readonly [string, ...string[]] = [
  'litellm_redis_circuit_breaker_state{pid="7",state="open"} 1.0\nlitellm_redis_circuit_breaker_state{state="closed"} 0\n',
];

export const GATEWAY_TARGETS: readonly Target[] = [
  {
    name: 'gateway-bodies',
    cases: 200,
    generate: (random) => mutated(BODIES, random),
    run(input) {
      const body = input.toString();
      parseJson(body);
      readCachePing(body);
      for (const status of [400, 401, 429, 500, 503]) refusal(status, body);
      const phases = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };
      for (const { results } of Object.values(PROBERS))
        if (results !== undefined)
          readCacheMarkers(results, { status: 200, headers: { 'x-litellm-version': body }, body, seconds: 0, phases });
      sanitizeVersion(body);
    },
  },
  {
    name: 'gateway-streams',
    cases: 200,
    generate: (random) => mutated(STREAMS, random),
    run(input) {
      const stream = createStreamReader();
      const piece = 1 + (input.at(-1) ?? 0);
      for (let at = 0; at < input.length; at += piece) stream.feed(input.subarray(at, at + piece), at);
      const phases = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };
      readStreamMarkers({ status: 200, headers: {}, body: '', seconds: 0, phases }, stream.markers());
    },
  },
  {
    name: 'gateway-metrics',
    cases: 200,
    generate: (random) => mutated(METRICS, random),
    run(input) {
      breakerOpen(input.toString());
    },
  },
];
