import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import sarifSchema from '../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { doctorText } from '../../src/cli/doctor-report.ts';
import { examine } from '../../src/doctor/examination.ts';
import { secretTexts } from '../../src/doctor/facts/credentials.ts';
import { unifiedDiff } from '../../src/doctor/report/diff.ts';
import { masking } from '../../src/doctor/report/masking.ts';
import type { Report } from '../../src/doctor/report/report.ts';
import { jsonReport } from '../../src/doctor/report/report-json.ts';
import { sarifReport } from '../../src/doctor/report/report-sarif.ts';
import { RULES } from '../../src/doctor/rules/index.ts';
import type { Setup } from '../../src/doctor/setup.ts';
import { fixture, fixtureFiles, fixtureNames } from '../support/doctor-fixture.ts';
import { examples } from '../support/doctor-page.ts';
import { setupOf } from '../support/doctor-setup.ts';

const root = join(import.meta.dirname, '../..');

/** Rules whose evidence is not the text of files: the mode of a file, the answer of a gateway. */
const WITHOUT_EXAMPLES = ['gateway-differs', 'secret-file-exposed'];

/** The passwords and keys of the fixtures, as they are written: those of the two documents, and 32 letters and digits. */
const SECRET = /sk-1234|ErniKiRedisSecurePassword2024|bmV2ZXIgZGVjb2RlZA==|\b[A-Za-z0-9]{32}\b/g;

// The schema is of draft 4, of which it uses nothing that later drafts changed.
const { $schema: _, id: __, ...schema } = sarifSchema;
const validateSarif = new Ajv.default({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true }).compile(schema);

function names(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

/** What all rules say about a setup. */
function saidOf(setup: Setup): string[] {
  return examine(setup, RULES).findings.map(({ rule, message }) => `${rule.id}: ${message}`);
}

describe('every rule', () => {
  const ids = RULES.map(({ id }) => id).sort();

  it('is in the list, has a test and a page, and no test or page has none', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(names('src/doctor/rules', '.ts').filter((name) => name !== 'index')).toEqual(ids);
    // `boundaries` and its sibling have cases of many rules.
    expect(names('test/unit/doctor/rules', '.test.ts').filter((name) => !name.startsWith('boundaries'))).toEqual(ids);
    expect(names('docs/doctor', '.md').filter((name) => name !== 'README')).toEqual(ids);
  });

  it.each(RULES)('$id has a page with its sections', ({ id }) => {
    const page = readFileSync(join(root, 'docs/doctor', `${id}.md`), 'utf8');
    const sections = ['At run time', ...(WITHOUT_EXAMPLES.includes(id) ? [] : ['Bad', 'Good']), 'Fix'];
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(sections);
    expect(page.startsWith(`# ${id}\n`)).toBe(true);
  });

  it.each(RULES.filter(({ id }) => !WITHOUT_EXAMPLES.includes(id)))(
    '$id speaks alone about the bad example of its page, and no rule about the good one',
    async ({ id }) => {
      const { bad, good } = examples(id);
      expect([...new Set(saidOf(await setupOf(bad)).map((text) => text.split(': ')[0]))]).toEqual([id]);
      expect(saidOf(await setupOf(good))).toEqual([]);
    },
  );
});

describe.each(fixtureNames())('every output about %s', (name) => {
  const outputs = async (): Promise<{ setup: Setup; texts: Record<string, string> }> => {
    const setup = await fixture(name);
    const mask = masking(setup);
    const report: Report = { setup, examination: examine(setup, RULES), mask, files: [], problems: [], notes: [], version: '0.0.0' };
    const { findings } = report.examination;
    return {
      setup,
      texts: {
        text: doctorText(report, { color: false }),
        colour: doctorText(report, { color: true }),
        json: jsonReport(report),
        sarif: sarifReport(report),
        diff: unifiedDiff(setup, findings, { secrets: false, mask }).text,
      },
    };
  };

  it('holds no secret', async () => {
    const { setup, texts } = await outputs();
    const written = Object.values(fixtureFiles(name)).flatMap((text) => text.match(SECRET) ?? []);
    for (const secret of new Set([...written, ...secretTexts(setup)])) {
      for (const [format, text] of Object.entries(texts)) expect(text.includes(secret), format).toBe(false);
    }
  });

  it('is SARIF 2.1.0 where it should be', async () => {
    const { texts } = await outputs();
    expect(problemsOfSarif(JSON.parse(texts.sarif ?? ''))).toEqual([]);
  });

  it('is the same each time', async () => {
    expect((await outputs()).texts).toEqual((await outputs()).texts);
  });
});

describe('every good configuration', () => {
  it.each(fixtureNames().filter((name) => name.startsWith('good/')))('%s has no finding', async (name) => {
    expect(saidOf(await fixture(name))).toEqual([]);
  });
});

describe('the schema of SARIF', () => {
  it('refuses what is no report', () => {
    expect(problemsOfSarif({ version: '2.1.0', runs: [{ results: [{ level: 'loud' }] }] })).not.toEqual([]);
  });
});

/** What the schema of SARIF says against a log. */
function problemsOfSarif(log: unknown): string[] {
  return validateSarif(log) ? [] : (validateSarif.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
