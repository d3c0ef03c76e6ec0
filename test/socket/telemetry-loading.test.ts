import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SCRIPT = `
import { registerHooks } from 'node:module';
const asked = [];
registerHooks({ resolve: (specifier, context, next) => { asked.push(specifier); return next(specifier, context); } });
const { startTelemetry } = await import('./src/telemetry/telemetry.ts');
const { systemClock } = await import('./src/schedule/clock.ts');
const config = { log: { level: 'info', format: 'json' }, traces: { sample_ratio: 1, ...JSON.parse(process.argv[1]) }, metrics: {} };
const telemetry = await startTelemetry({ config, version: '1', env: {}, clock: systemClock, out: () => undefined });
await telemetry.close();
process.stdout.write(JSON.stringify(asked.filter((specifier) => /sdk-trace|otlp/.test(specifier))));
`;

/** The packages for sending that a process has loaded when its telemetry runs. */
async function loaded(traces: { endpoint?: string }): Promise<string[]> {
  const arguments_ = ['--input-type=module', '--eval', SCRIPT, JSON.stringify(traces)];
  return JSON.parse((await promisify(execFile)(process.execPath, arguments_)).stdout);
}

// They cost 5 MB of the memory budget and a tenth of a second of the start.
it('loads what sends traces only for a daemon that sends them, and lets the process end', async () => {
  expect(await loaded({})).toEqual([]);
  expect(await loaded({ endpoint: 'http://127.0.0.1:4318' })).toContain('@opentelemetry/exporter-trace-otlp-http');
});
