import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { GatewayRelease } from '../../dev/gateway.ts';
import { install } from '../../dev/install.ts';
import { writeJson } from '../../src/explain/json-text.ts';
import type { UserRequest } from '../../src/explain/request.ts';

/** The cache keys that LiteLLM's own function makes of these requests, one Python process for all of them; those of a batch of embeddings in one text. */
export async function keysOfLitellm(release: GatewayRelease, requests: readonly UserRequest[]): Promise<string[]> {
  const venv = await install(release, () => undefined);
  const child = spawn(join(venv, 'bin', 'python'), [join(import.meta.dirname, 'litellm-keys.py')], {
    env: { PATH: process.env.PATH, LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_MODE: 'PRODUCTION' },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 300_000,
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4_000)));
  child.stdin.end(requests.map(({ route, body }) => `${JSON.stringify({ route, body: writeJson(body) })}\n`).join(''));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.stdin.once('error', reject);
    child.once('close', (status) =>
      status === 0 ? resolve() : reject(new Error(`Python ended with ${status}: ${errors.trim().split('\n').at(-1)}`)),
    );
  });
  const keys = out
    .trimEnd()
    .split('\n')
    .map((line): string => JSON.parse(line));
  if (keys.length !== requests.length) throw new Error(`LiteLLM ${release} gave ${keys.length} keys of ${requests.length} requests`);
  return keys;
}
