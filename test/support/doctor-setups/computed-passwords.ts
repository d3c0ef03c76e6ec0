import { type Case, compose, config, ENV, NO_PASSWORD } from './case.ts';

/** Passwords that a shell reads when the containers start. */
export const COMPUTED: readonly Case[] = [
  {
    name: 'a shell reads the password on both sides',
    files: {
      'compose.yaml': compose({
        start: `entrypoint: ["sh", "-c", "export REDIS_PASSWORD=$$(cat /run/secrets/p); exec litellm --config /app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml"]`,
        gateway: 'secrets: [p]',
        rest: 'secrets: { p: { file: ./p.txt } }\n',
      }),
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    clean: true,
  },
  {
    name: 'a script that is mounted reads the password',
    files: {
      'compose.yaml': compose({
        start:
          'entrypoint: [sh, /start.sh, --config, /app/config.yaml]\n    volumes: ["./config.yaml:/app/config.yaml", "./start.sh:/start.sh:ro"]',
        gateway: 'secrets: [p]',
        rest: 'secrets: { p: { file: ./p.txt } }\n',
      }),
      'start.sh': '#!/bin/sh\nset -eu\nREDIS_PASSWORD=$(cat /run/secrets/p)\nexport REDIS_PASSWORD\nexec litellm "$@"\n',
      'config.yaml': config(),
      ...ENV,
    },
    instances: ['service litellm'],
    clean: true,
  },
  {
    name: 'a script that is not run sets the variables',
    files: {
      'compose.yaml': compose({
        start: `entrypoint: ["sh", "-c", ". /run/secrets/env && exec litellm --config /app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml"]`,
        gateway: 'restart: always',
      }),
      'config.yaml': config('redis', 6379, NO_PASSWORD),
      ...ENV,
    },
    found: { 'evidence-missing': 'high' },
    not: ['redis-login-refused'],
  },
];
