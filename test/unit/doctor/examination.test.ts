import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doctorText } from '../../../src/cli/doctor-report.ts';
import { examine } from '../../../src/doctor/examination.ts';
import { unifiedDiff } from '../../../src/doctor/report/diff.ts';
import { masking } from '../../../src/doctor/report/masking.ts';
import type { Report } from '../../../src/doctor/report/report.ts';
import { jsonReport } from '../../../src/doctor/report/report-json.ts';
import { sarifReport } from '../../../src/doctor/report/report-sarif.ts';
import type { Rule } from '../../../src/doctor/rule.ts';
import { RULES } from '../../../src/doctor/rules/index.ts';
import type { Setup } from '../../../src/doctor/setup.ts';
import { setupOf } from '../../support/doctor-setup.ts';

function outputs(setup: Setup): string[] {
  const mask = masking(setup);
  const report: Report = { setup, examination: examine(setup, RULES), mask, files: [], problems: [], notes: [], version: '0.0.0' };
  const diff = unifiedDiff(setup, report.examination.findings, { secrets: false, mask });
  return [doctorText(report, { color: false }), jsonReport(report), sarifReport(report), diff.text];
}

describe('examine', () => {
  const rule = (id: string, severity: Rule['severity'], needs: Rule['needs'], places: readonly [string, number][]): Rule => ({
    id,
    severity,
    needs,
    title: '',
    check: () => places.map(([source, line]) => ({ place: { source, line }, message: '', consequence: '', fix: '' })),
  });

  it('puts the worst first, then orders by place and by rule, and leaves out rules without evidence', async () => {
    const rules = [
      rule('z', 'low', ['environment'], [['a', 1]]),
      rule(
        'b',
        'high',
        ['environment'],
        [
          ['b', 1],
          ['a', 10],
          ['a', 9],
        ],
      ),
      rule('a', 'high', ['live', 'environment'], [['a', 9]]),
      rule('none', 'critical', ['compose', 'kubernetes'], [['a', 1]]),
    ];
    const { findings, skipped } = examine(await setupOf({ '.env': 'A=1\n' }), rules);
    expect(findings.map((finding) => `${finding.rule.id} ${finding.place.source}:${finding.place.line}`)).toEqual([
      'a a:9',
      'b a:9',
      'b a:10',
      'b b:1',
      'z a:1',
    ]);
    expect(skipped.map(({ id }) => id)).toEqual(['none']);
  });

  it('names a rule that fails, without its message, and keeps the findings of the others', async () => {
    const broken: Rule = {
      ...rule('broken', 'critical', ['environment'], []),
      check() {
        throw new URIError('URI malformed: pX4nWk9VqT2rLc7M');
      },
    };
    const { findings, failed } = examine(await setupOf({ '.env': 'A=1\n' }), [broken, rule('b', 'high', ['environment'], [['a', 1]])]);
    expect(findings.map(({ rule: { id } }) => id)).toEqual(['b']);
    expect(failed).toEqual([{ part: 'the rule broken', rule: 'broken', reason: 'URIError' }]);
  });
});

describe('the rules and the reports', () => {
  const KEYS =
    'type mode host port password url db ssl ttl namespace max_connections socket_timeout supported_call_types redis_startup_nodes sentinel_nodes service_name redis_host redis_port redis_db cache_kwargs model_name litellm_params model'.split(
      ' ',
    );
  const value = fc.oneof(
    fc.constantFrom('redis', 'local', 'redis-semantic', 'os.environ/REDIS_HOST', '$X', 'redis://a:b@c:1/2', 'None', '', ' '),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), fc.string(), { maxKeys: 3 }),
  );
  const section = fc.oneof(
    { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 8 }) },
    { weight: 1, arbitrary: value },
  );

  it('judge any configuration without an error', { timeout: 60_000 }, async () => {
    const config = fc.record(
      {
        litellm_settings: fc.oneof(
          fc.record({ cache: fc.oneof(fc.constant(true), value), cache_params: section, callbacks: value }),
          value,
        ),
        router_settings: section,
        general_settings: fc.oneof(
          fc.record({ coordination_redis: section, master_key: value, use_redis_transaction_buffer: value }),
          value,
        ),
        model_list: fc.oneof(fc.array(section, { maxLength: 3 }), value),
        cache: value,
      },
      { requiredKeys: ['litellm_settings'] },
    );
    const redis = fc.record({
      image: fc.constantFrom('redis:7', 'ghcr.io/berriai/litellm:v1.80.0', 'x'),
      command: value,
      ports: value,
      deploy: value,
      environment: value,
      volumes: value,
    });
    await fc.assert(
      fc.asyncProperty(config, redis, async (tree, service) => {
        const files = {
          'config.yaml': JSON.stringify(tree),
          'compose.yaml': JSON.stringify({ services: { redis: service } }),
          '.env': 'REDIS_HOST=a\n',
        };
        for (const text of outputs(await setupOf(files))) expect(typeof text).toBe('string');
      }),
      { numRuns: 50 },
    );
  });

  it('print no secret, wherever it is', { timeout: 60_000 }, async () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{9,24}$/).map((text) => `Zq7${text}`);
    await fc.assert(
      fc.asyncProperty(secret, secret, secret, async (one, other, third) => {
        const files = {
          'config.yaml': `general_settings: { master_key: ${one} }\nrouter_settings:\n  # redis_password: ${third}\n  redis_url: redis://:${other}@a:1\nlitellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: a.example.org\n    password: "${one}"\n    sentinel_password: ${third}\n`,
          '.envrc': `export REDIS_URL=redis://${third}@b:1\nexport REDIS_PASSWORD='${other}'\nexport LITELLM_MASTER_KEY=${one}\n`,
          'compose.yaml': `services:\n  redis:\n    image: redis:6\n    command: redis-server --requirepass ${one} --user litellm on >${other} ~* +@all\n    ports: ["6379:6379"]\n    environment: ["REDIS_PASSWORD=${third}", "DATABASE_URL=postgresql://u:${other}@db/x"]\n`,
        };
        for (const litellmVersion of ['1.80.0', '1.104.2']) {
          for (const text of outputs(await setupOf(files, { litellmVersion })))
            for (const hidden of [one, other, third]) expect(text.includes(hidden)).toBe(false);
        }
      }),
      { numRuns: 5 },
    );
  });
});
