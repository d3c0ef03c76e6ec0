import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyPatch, parsePatch } from 'diff';
import { examineAll, type Reported } from '../../src/doctor/examination.ts';
import { gather } from '../../src/doctor/gather.ts';
import type { DoctorOptions } from '../../src/doctor/options.ts';
import { unifiedDiff } from '../../src/doctor/report/diff.ts';
import { masking } from '../../src/doctor/report/masking.ts';
import { RULES } from '../../src/doctor/rules/index.ts';
import { verified } from '../../src/doctor/verification.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import type { Files } from './doctor-page.ts';
import { lookOf } from './doctor-setup.ts';

/** What `doctor --diff --show-secrets` does to files: the findings before and after, and the files as the patch leaves them. */
export interface Fixed {
  before: readonly Reported[];
  after: readonly Reported[];
  /** Findings whose edits are offered, and those whose edits are refused. */
  offered: readonly Reported[];
  refused: readonly Reported[];
  /** Faults of the files themselves that the patch brings. */
  broken: number;
  texts: Files;
}

/** Writes the files, prints the diff that is offered, applies it with another program's code, and looks again. */
export async function fixed(files: Files, options: Partial<DoctorOptions> = {}): Promise<Fixed> {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  try {
    await written(directory, files);
    const look: DoctorOptions = { ...lookOf(Object.keys(files), directory), ...options };
    const outside = { env: {}, clock: systemClock, signal: new AbortController().signal };
    const { setup, setups, problems } = await gather(look, outside);
    const examination = examineAll(setups, RULES);
    const { findings, refused } = await verified({ examination, problems }, setup, async (changed) => {
      const again = await gather(look, { ...outside, texts: changed });
      return { examination: examineAll(again.setups, RULES), problems: again.problems };
    });
    const diff = unifiedDiff(setup, findings, { secrets: true, mask: masking(setup) });
    const texts = patched(files, diff.text);
    await written(directory, texts);
    const again = await gather(look, outside);
    return {
      before: examination.findings,
      after: examineAll(again.setups, RULES).findings,
      offered: findings.filter(({ edits = [] }) => edits.length > 0),
      refused,
      broken: again.problems.length - problems.length,
      texts,
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function written(directory: string, files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text, { mode: 0o600 });
  }
}

function patched(files: Files, diff: string): Files {
  const texts: Record<string, string> = { ...files };
  for (const patch of diff === '' ? [] : parsePatch(diff)) {
    const name = patch.oldFileName ?? '';
    const result = applyPatch(texts[name] ?? '', patch, { autoConvertLineEndings: false });
    if (result === false) throw new Error(`the patch of ${name} does not apply:\n${diff}`);
    texts[name] = result;
  }
  return texts;
}
