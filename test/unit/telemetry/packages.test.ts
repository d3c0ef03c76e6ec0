import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const LOCK: { packages: Record<string, { version?: string }> } = JSON.parse(
  readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8'),
);

// Two copies of the SDK work side by side but lose its metrics about itself: one checks with instanceof.
it.each(['api', 'core', 'resources', 'sdk-metrics', 'sdk-trace', 'otlp-exporter-base'])(
  'there is one copy of @opentelemetry/%s',
  (name) => {
    expect(Object.keys(LOCK.packages).filter((path) => path.endsWith(`/@opentelemetry/${name}`))).toEqual([
      `node_modules/@opentelemetry/${name}`,
    ]);
  },
);
