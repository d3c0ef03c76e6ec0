import { describe, expect, it } from 'vitest';
import type { Reported } from '../../../src/doctor/examination.ts';
import type { Edit } from '../../../src/doctor/finding.ts';
import { unifiedDiff } from '../../../src/doctor/report/diff.ts';
import { masking } from '../../../src/doctor/report/masking.ts';
import { ttl } from '../../../src/doctor/rules/ttl.ts';
import type { Setup } from '../../../src/doctor/setup.ts';
import { setupOf } from '../../support/doctor-setup.ts';

const TEXT = Array.from({ length: 20 }, (_, index) => `NAME_${index + 1}=${index + 1}`);

async function diffOf(lines: readonly string[] | string, edits: readonly Edit[], secrets = false) {
  const setup: Setup = await setupOf({ '.env': typeof lines === 'string' ? lines : lines.map((line) => `${line}\n`).join('') });
  const found = edits.map(
    (edit): Reported => ({
      place: { source: '.env' },
      message: '',
      consequence: '',
      fix: '',
      rule: ttl,
      severity: 'low',
      edits: [edit],
    }),
  );
  return unifiedDiff(setup, found, { secrets, mask: masking(setup) });
}

function edit(from: number, to: number, ...lines: string[]): Edit {
  return { file: '.env', from, to, lines };
}

describe('unifiedDiff', () => {
  it('prints nothing where there is nothing to change', async () => {
    expect(await diffOf(TEXT, [])).toEqual({ text: '', withheld: 0, left: 0 });
  });

  it('joins the edits of several findings, whatever their order', async () => {
    const { text } = await diffOf(TEXT, [edit(18, 18), edit(2, 2, 'NAME_2=two'), edit(3, 2, 'NEW=1'), edit(3, 2, 'NEWER=2')]);
    expect(text).toBe(`--- .env
+++ .env
@@ -1,5 +1,7 @@
 NAME_1=1
-NAME_2=2
+NAME_2=two
+NEW=1
+NEWER=2
 NAME_3=3
 NAME_4=4
 NAME_5=5
@@ -15,6 +17,5 @@
 NAME_15=15
 NAME_16=16
 NAME_17=17
-NAME_18=18
 NAME_19=19
 NAME_20=20
`);
  });

  it('takes equal edits once, and of two for one line the first', async () => {
    const { text, left } = await diffOf(TEXT.slice(0, 1), [edit(1, 1, 'A=1'), edit(1, 1, 'A=1'), edit(1, 1, 'B=2')]);
    expect(text).toBe('--- .env\n+++ .env\n@@ -1 +1 @@\n-NAME_1=1\n+A=1\n');
    expect(left).toBe(1);
  });

  it('empties a file', async () => {
    expect((await diffOf(['A=1'], [edit(1, 1)])).text).toBe('--- .env\n+++ .env\n@@ -1 +0,0 @@\n-A=1\n');
  });

  it('withholds only what shows a secret', async () => {
    const lines = ['A=1', 'B=2', 'REDIS_PASSWORD=pX4nWk9VqT2rLc7M', 'C=3', 'C=4', 'D=4', 'E=5', 'F=6'];
    const edits = [edit(3, 3, 'REDIS_PASSWORD='), edit(7, 7)];
    const hidden = await diffOf(lines, edits);
    expect(hidden).toEqual({
      withheld: 1,
      left: 0,
      text: `# .env: this change takes away a line that holds a secret, shown here as <secret>;
# --show-secrets prints it as part of the diff
# @@ -2,3 +2,3 @@
#  B=2
# -REDIS_PASSWORD=<secret>
# +REDIS_PASSWORD=
#  C=3
--- .env
+++ .env
@@ -6,3 +6,2 @@
 D=4
-E=5
 F=6
`,
    });
    expect((await diffOf(lines, edits, true)).text).toContain('\n-REDIS_PASSWORD=pX4nWk9VqT2rLc7M\n');
  });

  it('keeps the ends of lines, and a missing one at the end of a file', async () => {
    expect((await diffOf('A=1\r\nB=2\r\n', [edit(2, 2, 'B=3')])).text).toBe(
      '--- .env\n+++ .env\n@@ -1,2 +1,2 @@\n A=1\r\n-B=2\r\n+B=3\r\n',
    );
    expect((await diffOf('A=1\nB=2', [edit(2, 2, 'B=3')])).text).toBe(
      '--- .env\n+++ .env\n@@ -1,2 +1,2 @@\n A=1\n-B=2\n\\ No newline at end of file\n+B=3\n\\ No newline at end of file\n',
    );
  });
});
