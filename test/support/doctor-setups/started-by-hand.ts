import { type Case, compose, config, ENV, PASSWORD } from './case.ts';

const ONE = 'service litellm';

const UNIT = (more: string) => `[Unit]\nDescription=LiteLLM\n[Service]\n${more}`;

/** LiteLLM without containers, or by docker run. */
export const STARTED: readonly Case[] = [
  {
    name: 'a unit of systemd with a url, and a file of variables beside it',
    files: {
      'litellm.service': UNIT(
        'Environment="REDIS_URL=redis://other:6379" LOG=debug\nEnvironmentFile=-/etc/litellm/more.env\nEnvironmentFile=/etc/litellm/litellm.env\nExecStart=/opt/litellm/bin/litellm --config /etc/litellm/config.yaml \\\n  --port 4000\n',
      ),
      'litellm.env': `REDIS_PASSWORD="${PASSWORD}"\n`,
      'config.yaml': config(),
    },
    options: { litellmVersion: '1.80.9' },
    instances: ['litellm.service'],
    found: { 'redis-url-without-password': 'critical', 'redis-url-hides-address': 'high' },
    says: ['(litellm.service:4:1)'],
  },
  {
    name: 'a unit that was named beside the configuration',
    files: {
      'etc/gateway.service': UNIT(
        `Environment=REDIS_HOST=other\nEnvironment=CONFIG_FILE_PATH=/etc/litellm/config.yaml\nExecStart=/usr/bin/python3 -m uvicorn litellm.proxy.proxy_server:app\n`,
      ),
      'config.yaml': config('os.environ/REDIS_HOST'),
    },
    options: { litellmConfig: 'config.yaml', envFiles: ['etc/gateway.service'], litellmVersion: '1.104.2' },
    instances: ['etc/gateway.service'],
    settings: ['etc/gateway.service host=other'],
  },
  {
    name: 'a unit whose files are not here',
    files: {
      'litellm.service': UNIT('EnvironmentFile=/etc/nowhere/litellm.env\nExecStart=/usr/bin/litellm --config /etc/nowhere/config.yaml\n'),
    },
    found: { 'evidence-missing': 'high', 'config-not-found': 'high' },
  },
  {
    name: 'a unit that runs docker',
    files: {
      'litellm.service': UNIT(
        'ExecStartPre=-/usr/bin/docker rm -f litellm\nExecStart=/usr/bin/docker run --rm --name litellm -e REDIS_URL=redis://other:6379 -v ./config.yaml:/app/config.yaml ghcr.io/berriai/litellm:v1.80.9 --config /app/config.yaml\n',
      ),
      'config.yaml': config(),
    },
    instances: ['docker run in litellm.service'],
    found: { 'redis-url-hides-address': 'high' },
  },
  {
    name: 'a script with docker run',
    files: {
      'run.sh': `#!/bin/bash\nset -e\nexport REDIS_PASSWORD=${PASSWORD}\ndocker rm -f litellm || true\ndocker run -dit --name litellm \\\n  -p 4000:4000 --restart=always \\\n  -e REDIS_URL="redis://other:6379" -e REDIS_PASSWORD \\\n  -v "$(pwd)/conf/gateway.yaml:/app/config.yaml:ro" \\\n  ghcr.io/berriai/litellm:v1.80.9 \\\n  --config /app/config.yaml --detailed_debug\n`,
      'conf/gateway.yaml': config(),
    },
    instances: ['docker run in run.sh'],
    found: { 'redis-url-without-password': 'critical' },
  },
  {
    name: 'a script that starts both with docker run',
    files: {
      'up.sh': `docker network create net\ndocker run -d --name redis --network net redis:8.2 redis-server --requirepass ${PASSWORD}\nsudo docker run -d --network net --env-file .env --mount type=bind,src=./config.yaml,dst=/app/config.yaml ghcr.io/berriai/litellm:v1.104.2 --config=/app/config.yaml\n`,
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['docker run in up.sh'],
    settings: ['docker run in up.sh host=redis'],
    found: { 'evidence-missing': 'high' },
    says: ['starts Redis with docker run'],
  },
  {
    name: 'a configuration of docker run that is not here',
    files: { 'run.sh': 'docker run -v /srv/nowhere.yaml:/app/config.yaml ghcr.io/berriai/litellm:v1.104.2 --config /app/config.yaml\n' },
    found: { 'config-not-found': 'high' },
  },
  {
    name: 'a Procfile',
    files: {
      Procfile: 'web: REDIS_URL=redis://other litellm --config config.yaml --port $PORT\nworker: python worker.py\n',
      'config.yaml': config(),
      ...ENV,
    },
    options: { litellmVersion: '1.80.9' },
    instances: ['Procfile'],
    found: { 'redis-url-without-password': 'critical' },
  },
  {
    name: 'a script that starts LiteLLM itself',
    files: { 'start.sh': `#!/bin/sh\nexport REDIS_HOST=other\nexec litellm --config=gateway.yaml\n`, 'gateway.yaml': config(), ...ENV },
    instances: ['start.sh'],
    settings: ['start.sh host=redis'],
    found: { 'environment-differs': 'high' },
  },
  {
    name: 'scripts that start something else',
    files: {
      'install.sh': 'pip install litellm\necho litellm\n',
      'exporter.sh': 'docker run -e LITELLM_URL=http://litellm:4000 corp/litellm-exporter:1\n',
      'up.sh': 'docker compose up -d litellm\n',
      'config.yaml': config(),
      ...ENV,
    },
    instances: [],
    settings: ['LiteLLM host=redis'],
    clean: true,
  },
  {
    name: 'a script beside a compose project, which is what counts',
    files: { 'compose.yaml': compose(), 'old.sh': 'litellm --config other.yaml\n', 'config.yaml': config(), ...ENV },
    instances: [ONE],
    clean: true,
  },
];
