import type { ClassCount } from '../../model/census.ts';
import type { TargetStatus } from '../../model/status.ts';
import { CLASS_WORDS, censusBasis, classesByMemory, medianTtl } from '../../text/census.ts';
import { bytes, count } from '../../text/quantities.ts';
import { dataTable, evidence, type Row } from './fragments.ts';
import { type Html, html } from './html.ts';

/** What the keys of a target are for; nothing where no census is configured or none was taken yet. */
export function censusSection({ census, censusDetail }: TargetStatus, now: number): Html | string {
  if (census === undefined) return evidence(censusDetail === undefined ? undefined : `No census: ${censusDetail}`);
  const median = medianTtl(census);
  const basis = `Keys by class, from ${censusBasis(census, now)}.`;
  return html`<p class="quiet">${basis}${median === undefined ? '' : ` Of the cached answers that expire, half do within ${median}.`}</p>
${census.keys === 0 ? '' : dataTable('Keys by class', HEADINGS, classesByMemory(census).map(row))}`;
}

const HEADINGS = ['keys for', 'keys', 'memory', 'never expire'];

function row({ class: name, keys, bytes: memory, withoutTtl }: ClassCount): Row {
  return { cells: [CLASS_WORDS[name], count(keys), bytes(memory), withoutTtl === 0 ? 'none' : count(withoutTtl)] };
}
