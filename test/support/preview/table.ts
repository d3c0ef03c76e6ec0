import type { StoredMapping, StoredPanel, StoredThresholds } from '../dashboards.ts';
import type { DrawnPanel } from './data.ts';
import { escaped, inkOn, shown } from './format.ts';

type Row = Record<string, string | number>;

/** A table panel, after the transformations that the panel asks for. */
export function table({ panel, series }: DrawnPanel): string {
  const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options ?? {};
  const renamed = Object.entries(organize.renameByName ?? {}).map(([field, heading]) => [field, String(heading)] as const);
  const columns = renamed.filter(([field]) => organize.excludeByName?.[field] !== true);
  const rows = merged(panel, series).map((row) => Object.fromEntries(columns.map(([field, heading]) => [heading, row[field] ?? ''])));
  const sortedBy = panel.options?.sortBy?.[0]?.displayName ?? '';
  rows.sort((one, other) => Number(other[sortedBy]) - Number(one[sortedBy]) || 0);
  const cells = (row: Row) => columns.map(([, heading]) => cell(panel, heading, row[heading] ?? '')).join('');
  return `<table><tr>${columns.map(([, heading]) => `<th>${escaped(heading)}</th>`).join('')}</tr>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`;
}

/** The rows of all queries, those with the same labels as one. */
function merged({ targets = [] }: StoredPanel, series: DrawnPanel['series']): Row[] {
  const rows: Row[] = [];
  for (const { refId, labels, points } of series) {
    const value = { [targets.length === 1 ? 'Value' : `Value #${refId}`]: points.at(-1)?.[1] ?? Number.NaN };
    const same = rows.filter(
      (row) =>
        Object.entries(labels).every(([label, text]) => row[label] === undefined || row[label] === text) &&
        Object.keys(labels).some((label) => row[label] !== undefined),
    );
    if (same.length === 0) rows.push({ ...labels, ...value });
    for (const row of same) Object.assign(row, labels, value);
  }
  return rows;
}

function cell({ fieldConfig }: StoredPanel, heading: string, value: string | number): string {
  if (typeof value === 'string') return `<td>${escaped(value)}</td>`;
  const properties = (fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.options === heading)
    .flatMap((override) => override.properties);
  const property = (id: string) => properties.find((each) => each.id === id)?.value;
  const mappings: StoredMapping[] | undefined = Object(property('mappings') ?? []);
  const thresholds: StoredThresholds | undefined = property('thresholds') === undefined ? undefined : Object(property('thresholds'));
  const decimals = property('decimals');
  const { text, colour } = shown(
    value,
    String(property('unit')),
    typeof decimals === 'number' ? decimals : undefined,
    mappings,
    thresholds,
  );
  return `<td style="${colour === undefined ? '' : `background:${colour};color:${inkOn(colour)}`}">${escaped(text)}</td>`;
}
