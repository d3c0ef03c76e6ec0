import type { SourceStatus } from '../../model/status.ts';
import { ago } from '../../text/quantities.ts';
import type { Tone } from '../../text/words.ts';
import { dataTable, type Row } from './fragments.ts';
import { type Html, html } from './html.ts';

/** The lists from which targets and gateways come: what each gives, and what is wrong with it. Nothing where there is none. */
export function sourceSection(sources: readonly SourceStatus[], now: number): Html | string {
  if (sources.length === 0) return '';
  return html`<h2 id="sources">Lists of targets</h2>
<section class="${worst(sources)}">
${dataTable(
  'Lists of targets',
  HEADINGS,
  sources.map((source) => row(source, now)),
)}
${sources.map(({ name, problems }) =>
  problems.length === 0 ? '' : html`<h4>${name}</h4><ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`,
)}
</section>`;
}

const HEADINGS = ['list', 'of', 'class', 'watched', 'left out', 'held back', 'last read', 'state'];

function row(source: SourceStatus, now: number): Row {
  return {
    cells: [
      source.name,
      source.kind === 'gateway' ? 'gateways' : 'Redis targets',
      source.class,
      String(source.entries),
      String(source.refused),
      String(source.heldBack),
      source.lastSuccessAt === undefined ? 'never' : ago(source.lastSuccessAt, now),
      { tone: tone(source), text: stateText(source) },
    ],
    ...(source.failure !== undefined && { note: source.failure }),
  };
}

function stateText({ failure, heldBack, refused, lastSuccessAt }: SourceStatus): string {
  if (failure !== undefined) return 'cannot be read';
  if (lastSuccessAt === undefined) return 'not read yet';
  if (heldBack > 0) return 'lost more than half; waits until it says so again';
  return refused > 0 ? 'some are left out' : 'in order';
}

function tone({ failure, heldBack, refused, lastSuccessAt }: SourceStatus): Tone {
  if (failure !== undefined || heldBack > 0 || refused > 0) return 'warn';
  return lastSuccessAt === undefined ? 'none' : 'good';
}

function worst(sources: readonly SourceStatus[]): Tone {
  const tones = sources.map(tone);
  return tones.includes('warn') ? 'warn' : tones.includes('none') ? 'none' : 'good';
}
