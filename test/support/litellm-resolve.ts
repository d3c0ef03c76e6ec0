import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { GatewayRelease } from '../../dev/gateway.ts';
import { install } from '../../dev/install.ts';

/** A configuration and an environment for LiteLLM to make its Redis clients of. */
export interface ResolveCase {
  environment: Record<string, string>;
  config: Record<string, unknown>;
}

/** What LiteLLM does with one client: none, an error, or its arguments and those that reach a connection. */
export type RealAnswer = null | { raises: string } | { arguments: Record<string, unknown>; reaching: Record<string, unknown> };

export const REAL_RELEASES = ['1.80.9', '1.92.2', '1.93.0', '1.104.2', '1.106.0', '1.110.2'] as const;
export type RealRelease = (typeof REAL_RELEASES)[number] | GatewayRelease;

/** What a release does with each client; for a semantic cache the address that its client is made with. */
export interface RealAnswers {
  cache: RealAnswer;
  router: RealAnswer;
  coordination: RealAnswer;
  semantic: null | { raises: string } | { url: string | null } | { valkey: Record<string, unknown> };
}

/** Asks a release, one Python process for all cases. */
export async function askLitellm(release: RealRelease, cases: readonly ResolveCase[]): Promise<RealAnswers[]> {
  const silent = () => {};
  const isAlone = release === '1.92.2' || release === '1.93.0';
  const venv = await install(isAlone ? '1.106.0' : release, silent);
  const packages = isAlone ? join(await install(`only-${release}`, silent), 'packages') : '';
  const [first, ...answers] = await lines(join(venv, 'bin', 'python'), packages, cases);
  if (first === undefined || answers.length !== cases.length)
    throw new Error(`LiteLLM ${release} answered ${answers.length} of ${cases.length} cases`);
  return answers.map((line) => JSON.parse(line));
}

function lines(python: string, packages: string, cases: readonly ResolveCase[]): Promise<string[]> {
  const env = { PATH: process.env.PATH, PYTHONPATH: packages, LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_MODE: 'PRODUCTION' };
  const child = spawn(python, [join(import.meta.dirname, 'litellm-resolve.py')], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 500_000,
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  child.stdin.end(cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdin.once('error', reject);
    child.once('close', (status) =>
      status === 0
        ? resolve(out.trimEnd().split('\n'))
        : reject(new Error(`Python ended with ${status}: ${errors.trim().split('\n').at(-1)}`)),
    );
  });
}
