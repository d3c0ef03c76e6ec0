import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DoctorRequest, doctor, FORMAT } from '../../../src/cli/doctor.ts';
import { doctorText } from '../../../src/cli/doctor-report.ts';
import type { Io } from '../../../src/cli/io.ts';
import { createAttempts } from '../../../src/doctor/attempt.ts';
import { examine } from '../../../src/doctor/examination.ts';
import { masking } from '../../../src/doctor/report/masking.ts';
import type { Report } from '../../../src/doctor/report/report.ts';
import { jsonReport } from '../../../src/doctor/report/report-json.ts';
import { sarifReport } from '../../../src/doctor/report/report-sarif.ts';
import { RULES } from '../../../src/doctor/rules/index.ts';
import { STEPS, type Steps } from '../../../src/doctor/steps.ts';
import { lookOf, setupOf } from '../../support/doctor-setup.ts';

const SECRET = 'pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E';
const CONFIG = `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis.example.org\n    password: ${SECRET}\n    ttl: 1\n`;
const ENV = `REDIS_PASSWORD=changeme\nREDIS_TLS=true\n`;

/** Where every part of the gathering has something to do: with containers, and with a unit that starts LiteLLM on a machine. */
const SETUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  containers: {
    'config.yaml': CONFIG,
    '.env': ENV,
    'compose.yaml':
      'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:main-latest\n    volumes: ["./config.yaml:/app/config.yaml"]\n    command: ["--config", "/app/config.yaml"]\n  redis:\n    image: redis:6\n    ports: ["6379:6379"]\n',
    'pods.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: web, image: "nginx:1", env: [{ name: REDIS_PASS, value: a }] }] }\n',
  },
  machine: { 'config.yaml': CONFIG, '.env': ENV },
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'doctor-'));
  for (const [name, files] of Object.entries(SETUPS))
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name, file)), { recursive: true });
      await writeFile(join(root, name, file), text, { mode: 0o600 });
    }
});
afterAll(() => rm(root, { recursive: true }));

/** What the doctor says of a setup, with some of its parts replaced. */
async function says(name: string, more: Partial<DoctorRequest> = {}, steps: Partial<Steps> = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const io: Io = {
    env: {},
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    colour: false,
    terminal: false,
    progress: false,
    on: () => undefined,
    exitNow: () => undefined,
  };
  const look = lookOf(Object.keys(SETUPS[name] ?? {}), join(root, name));
  const request: DoctorRequest = { look, failOn: 'high', format: 'json', diff: false, showSecrets: false, ...more };
  const code = await doctor(request, '0.0.0', io, { ...STEPS, ...steps });
  return { code, out: out.join(''), err: err.join('') };
}

const ids = (json: string): string[] => JSON.parse(json).findings.map(({ rule }: { rule: string }) => rule);
const broken = (reached: () => void) => () => {
  reached();
  throw new URIError(`URI malformed: ${SECRET}`);
};

describe('a part of the doctor that throws', () => {
  it.each(Object.keys(STEPS))('%s is one failure, and the others report', async (step) => {
    let reached = 0;
    for (const name of Object.keys(SETUPS)) {
      let here = 0;
      const steps = { [step]: broken(() => void here++) };
      const whole = ids((await says(name)).out);
      const { code, out, err } = await says(name, {}, steps);
      if (here === 0) continue;
      reached += 1;
      expect(code, step).toBe(3);
      const { failed } = JSON.parse(out);
      expect(failed, step).toEqual([{ part: expect.any(String), rule: null, reason: 'URIError' }]);
      expect(err).toContain(`${failed[0].part} failed (URIError); what the other parts found is reported.`);
      expect(`${out}${err}`).not.toContain(SECRET);
      const found = ids(out).filter((id) => whole.includes(id));
      expect(found.length, `${step} of ${name}: ${found}`).toBeGreaterThanOrEqual(2);
      const text = (await says(name, { format: 'text' }, steps)).out;
      expect(text.replace(/\s+/g, ' ')).toContain(`internal error: ${failed[0].part} failed (URIError)`);
      const [run] = JSON.parse((await says(name, { format: 'sarif' }, steps)).out).runs;
      expect(run.invocations[0].executionSuccessful).toBe(false);
    }
    expect(reached, `nothing calls ${step}`).toBeGreaterThan(0);
  });

  it.each(FORMAT)('in a second examination leaves the findings, without their fixes, as %s', async (format) => {
    let calls = 0;
    const resolved: Steps['resolved'] = (...given) => {
      calls += 1;
      if (calls > 1) throw new RangeError('again');
      return STEPS.resolved(...given);
    };
    const { code, out } = await says('machine', { format }, { resolved });
    expect(out).toContain('plaintext-password');
    expect(code).toBe(1);
    if (format === 'json') for (const { edits } of JSON.parse(out).findings) expect(edits).toEqual([]);
  });
});

describe('a part of the report that throws', () => {
  const report = async (): Promise<Report> => {
    const setup = await setupOf({ 'config.yaml': CONFIG, '.env': ENV });
    const mask = masking(setup);
    return { setup, examination: examine(setup, RULES), mask, files: [], problems: [], notes: [], version: '0.0.0' };
  };
  const throws = () => {
    throw new TypeError('x');
  };

  it('is named in the text, beside the others', async () => {
    const whole = await report();
    const attempts = createAttempts();
    const text = doctorText({ ...whole, mask: { ...whole.mask, shown: throws } }, { color: false }, attempts);
    expect(attempts.failed.map(({ part }) => part)).toContain('the report of ttl');
    expect(text).toContain('internal error: the report of ttl failed (TypeError)');
    expect(text).toContain('Cache of LiteLLM');
  });

  it('is named in JSON and in SARIF', async () => {
    const whole = await report();
    const mask = { ...whole.mask, line: throws };
    const json = JSON.parse(jsonReport({ ...whole, mask }));
    expect(json.findings.length).toBe(whole.examination.findings.length);
    expect(json.failed.map(({ part }: { part: string }) => part)).toContain('the fixes of plaintext-password');
    const [run] = JSON.parse(sarifReport({ ...whole, mask })).runs;
    expect(run.results.length).toBeGreaterThan(0);
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(JSON.stringify(run.invocations)).toContain('the report of plaintext-password failed (TypeError)');
  });
});
