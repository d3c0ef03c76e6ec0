import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { doctorOutput } from '../support/doctor-output.ts';
import { mutated, type Random } from './random.ts';
import type { Target } from './target.ts';

const CONFIGS: readonly [string, ...string[]] = [
  `redis:\n  - name: cache\n    url: redis://127.0.0.1:6379/0\n    password: \${REDIS_PASSWORD:-none}\n    interval: 15s\n`,
  `gateways:\n  - name: main\n    url: http://127.0.0.1:4000\n    api_key: \${KEY}\n    model: mock\n    routes: [chat, embeddings]\n` +
    '    daily_budget_usd: 1\nredis: &r\n  - { name: a, url: "rediss://u@h:1" }\nlog: { level: info, format: json }\n',
];

const PLANTED = 'Zq7vKp2mXw9rTb4n';

/** Files of the doctor by name. The line with the secret is put behind the changes, so that its key is whole. */
const FILES = {
  '.env': {
    seed: `REDIS_HOST=cache\nREDIS_PORT="6379"\nexport A='b'\nURL=redis://$REDIS_HOST:\${REDIS_PORT:-1}/0\n`,
    secret: `REDIS_PASSWORD=${PLANTED}`,
  },
  '.envrc': {
    seed: 'export REDIS_HOST=cache\nsource_env_if_exists .env.local\ndotenv\nif true; then export A="$(echo b)"; fi\n',
    secret: `export REDIS_PASSWORD=${PLANTED}`,
  },
  'compose.yaml': {
    seed: 'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.80.9\n    command: [--config, /app/config.yaml]\n    environment:\n      REDIS_HOST: redis\n    ports: ["4000:4000"]\n  redis:\n    image: redis:7\n    command: redis-server --appendonly yes\n',
    secret: `# REDIS_PASSWORD: ${PLANTED}`,
  },
  'manifests.yaml': {
    seed: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: litellm }\nspec:\n  template:\n    spec:\n      containers:\n        - name: litellm\n          image: litellm:1.80.9\n          env:\n            - { name: REDIS_HOST, value: redis }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata:\n  config.yaml: |\n    litellm_settings: { cache: true }\n',
    secret: `# REDIS_PASSWORD: ${PLANTED}`,
  },
  'config.yaml': {
    seed: 'model_list:\n  - model_name: a\n    litellm_params: { model: openai/a, api_key: os.environ/KEY }\nlitellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n    port: 6379\n    ttl: 600\n    supported_call_types: [acompletion]\n',
    secret: `# password: ${PLANTED}`,
  },
} as const;

const NAMES = ['.env', '.envrc', 'compose.yaml', 'manifests.yaml', 'config.yaml'] as const;

/** The first byte chooses the file, the rest is its text. */
function doctorFile(random: Random): Buffer {
  const index = random.below(NAMES.length);
  return Buffer.concat([Buffer.from([index]), mutated([FILES[NAMES[index] ?? '.env'].seed], random)]);
}

async function examined(input: Buffer): Promise<void> {
  const name = NAMES[(input[0] ?? 0) % NAMES.length] ?? '.env';
  const others = Object.fromEntries(NAMES.map((other) => [other, FILES[other].seed]));
  const printed = await doctorOutput({ ...others, [name]: Buffer.concat([input.subarray(1), Buffer.from(`\n${FILES[name].secret}\n`)]) });
  for (const [output, text] of Object.entries(printed)) {
    if (text.includes(PLANTED)) throw new Error(`the output ${output} shows the secret of ${name}`);
    if (text.includes('This is a fault of this program')) throw new Error(`a rule failed over ${name}: ${text.slice(0, 500)}`);
  }
}

async function loaded(input: Buffer): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fuzz-'));
  try {
    const file = join(directory, 'config.yaml');
    await writeFile(file, input);
    await loadConfig({ file, flags: {}, env: { KEY: 'key', REDIS_PASSWORD: 'word' } });
  } finally {
    await rm(directory, { recursive: true });
  }
}

export const CONFIG_TARGETS: readonly Target[] = [
  { name: 'doctor-files', cases: 20, generate: doctorFile, run: examined },
  { name: 'config-file', cases: 40, generate: (random) => mutated(CONFIGS, random), run: loaded },
];
