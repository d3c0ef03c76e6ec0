import { Agent, request } from 'node:http';
import { createOriginServer, type OriginServer } from '../../src/http/origin/server.ts';
import { parseJson } from '../../src/litellm/json.ts';
import { type AskedApi, readAsked } from '../../src/origin/asked.ts';
import { newStamp, type OriginKeys } from '../../src/origin/stamp.ts';
import { joinEvents, prescribedBody } from '../../src/origin/wire/index.ts';
import { witnessOf } from '../../src/origin/witness.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import { mutated } from './random.ts';
import type { Target } from './target.ts';

const KEYS: OriginKeys = ['a key', 'the key before'];
const APIS: readonly [AskedApi, ...AskedApi[]] = ['chat', 'completions', 'embeddings', 'responses', 'messages'];
/** No answer is longer, whatever is asked for. */
const MAX_ANSWER = 3 * 1024 * 1024;

const USER = '{"role":"user","content":"0123456789abcdef0123456789abcdef lce:long lce:reasoning lce:unicode"}';
const TOOL = '{"type":"function","function":{"name":"weather","parameters":{}}}';
const REQUESTS: readonly [string, ...string[]] = [
  `{"model":"m","messages":[${USER}],"tools":[${TOOL}],"n":128,"logprobs":true,"stream":true,"stream_options":{"include_usage":true}}`,
  `{"model":"m","messages":[${USER},{"role":"tool","content":[{"type":"text","text":"x"}]}],"response_format":{"type":"json_object"}}`,
  '{"model":"m","prompt":["a",[1,2]],"n":64,"logprobs":5,"stream":false,"input":["a",[1,2,3]],"dimensions":128,"encoding_format":"base64"}',
  `{"model":"m","instructions":"s","input":[${USER},{"type":"function_call_output","output":"x"}],"stream":true}`,
  `{"model":"m","system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"tool_result","content":"x"}]}]}`,
];

const STAMP = `lce1-${'a'.repeat(32)}-${'b'.repeat(32)}-${'c'.repeat(32)}`;
const EVENTS: readonly [string, ...string[]] = [
  `[{"id":"a","choices":[{"index":0,"delta":{"content":"${STAMP}","tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}]`,
  `[{"type":"message_start","message":{"content":[]}},{"type":"content_block_delta","index":0,"delta":{"text":"${STAMP}"}}]`,
  `[{"type":"response.output_text.delta","delta":"x"},{"type":"response.completed","response":{"output":[{"text":"${STAMP}"}]}}]`,
  '{"data":[{"index":0,"embedding":[0.84375,0.7734375,0.7890625,0.3828125,0.5,-1]},{"embedding":"AAAAAA=="}]}',
];

let started: Promise<{ server: OriginServer; port: number; agent: Agent }> | undefined;

function origin(): NonNullable<typeof started> {
  started ??= (async () => {
    const write = () => undefined;
    const server = createOriginServer({
      keys: async () => KEYS,
      clock: systemClock,
      log: { debug: write, info: write, warn: write, error: write },
      opened: write,
      count: write,
    });
    const listening = await server.prepare({ listen: ['127.0.0.1:0'], latency: 0, api_key: Secret.of(KEYS[0]) });
    await listening.take();
    const [address = ''] = server.addresses();
    return { server, port: Number(address.slice(address.lastIndexOf(':') + 1)), agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
  })();
  return started;
}

/** Ends the server of the target, so that the process can end. */
export async function closeOrigin(): Promise<void> {
  const { server, agent } = (await started) ?? {};
  started = undefined;
  agent?.destroy();
  await server?.close();
}

const PATHS = ['/v1/chat/completions', '/completions', '/v1/embeddings', '/v1/responses', '/v1/messages', '/v1/models', '/v1/x'] as const;
const HEADERS = { authorization: `Bearer ${KEYS[0]}` };

/** Sends a body on the connection of the request before; the status and the text of the answer. */
async function posted(path: string, body: Buffer): Promise<{ status: number; answer: string }> {
  const { port, agent } = await origin();
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers: HEADERS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export const ORIGIN_TARGETS: readonly Target[] = [
  {
    name: 'origin-requests',
    cases: 300,
    generate: (random) => mutated(REQUESTS, random),
    run(input) {
      const body = parseJson(input.toString());
      for (const api of APIS) {
        const asked = readAsked(api, body);
        if ('problem' in asked) continue;
        const stamp = newStamp(asked.nonce);
        const given = prescribedBody(api, stamp, asked, KEYS);
        if (JSON.stringify(given).length > MAX_ANSWER) throw new Error(`${api} answers with more than ${MAX_ANSWER} characters`);
        const witness = witnessOf(api, given, asked.nonce, KEYS);
        const several = new Set(asked.inputs).size > 1;
        if (witness.kind !== (several ? 'broken' : 'genuine')) throw new Error(`${api} gives an answer that is ${witness.kind}`);
      }
    },
  },
  {
    name: 'origin-server',
    cases: 60,
    generate: (random) => Buffer.concat([Buffer.from([random.below(PATHS.length)]), mutated(REQUESTS, random)]),
    async run(input) {
      const path = PATHS[(input[0] ?? 0) % PATHS.length] ?? '/';
      const { status, answer } = await posted(path, input.subarray(1));
      if (![200, 400, 404, 405].includes(status)) throw new Error(`${path} answers ${status}: ${answer.slice(0, 200)}`);
      if (status !== 200 && !/"error":\{/.test(answer))
        throw new Error(`${path} answers ${status} in another form: ${answer.slice(0, 200)}`);
    },
  },
  {
    name: 'origin-answers',
    cases: 300,
    generate: (random) => mutated(EVENTS, random),
    run(input) {
      const given = parseJson(input.toString());
      for (const api of APIS) {
        const body = api === 'embeddings' || !Array.isArray(given) ? given : joinEvents(api, given);
        const { kind } = witnessOf(api, body, 'a'.repeat(32), KEYS);
        if (kind === 'genuine' || kind === 'other') throw new Error(`${api} takes an answer for signed that nothing signed`);
      }
    },
  },
];
