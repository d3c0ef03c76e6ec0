import type { Place } from '../../place.ts';
import { shellWords } from '../variables/shell-words.ts';

/** What a unit of systemd starts, and with which variables; a file of variables beats those of the unit (systemd.exec). */
export interface SystemdUnit {
  starts: readonly { text: string; place: Place }[];
  variables: readonly { name: string; value: string; place: Place }[];
  envFiles: readonly { path: string; required: boolean; place: Place }[];
  folder: string | undefined;
}

/** One assignment of a unit: its section, its key and its value without what continues a line. */
export interface UnitLine {
  section: string;
  key: string;
  value: string;
  place: Place;
}

/** The assignments of a unit in their order. */
export function systemdLines(text: string, file: string): UnitLine[] {
  const found: UnitLine[] = [];
  const lines = text.split(/\r\n|\n|\r/);
  let section = '';
  for (let index = 0; index < lines.length; index++) {
    const place = { source: file, line: index + 1, column: 1 };
    let last = lines[index] ?? '';
    if (/^[#;]/.test(last)) continue;
    const pieces: string[] = [];
    while (last.endsWith('\\') && index + 1 < lines.length) {
      pieces.push(last.slice(0, -1));
      last = lines[++index]?.trim() ?? '';
    }
    const line = [...pieces, last].join(' ');
    section = /^\s*\[([^\]]{1,64})\]\s*$/.exec(line)?.[1] ?? section;
    const equal = line.indexOf('=');
    if (equal > 0) found.push({ section, key: line.slice(0, equal).trim(), value: line.slice(equal + 1).trim(), place });
  }
  return found;
}

/** Reads the section Service of a unit. */
export function readSystemdUnit(text: string, file: string): SystemdUnit {
  const starts: SystemdUnit['starts'][number][] = [];
  const variables: SystemdUnit['variables'][number][] = [];
  const envFiles: SystemdUnit['envFiles'][number][] = [];
  let folder: string | undefined;
  for (const { section, key, value, place } of systemdLines(text, file)) {
    if (section !== 'Service') continue;
    if (key === 'ExecStart' && value !== '') starts.push({ text: value.replace(/^[-@:+!|]+/, ''), place });
    else if (key === 'EnvironmentFile' && value !== '')
      envFiles.push({ path: value.replace(/^-/, ''), required: !value.startsWith('-'), place });
    else if (key === 'WorkingDirectory') folder = value.replace(/^-/, '');
    else if (key === 'Environment')
      for (const pair of systemdWords(value)) {
        const end = pair.indexOf('=');
        if (end > 0) variables.push({ name: pair.slice(0, end), value: pair.slice(end + 1), place });
      }
  }
  return { starts, variables, envFiles, folder };
}

/** Words in quotes or without, as systemd splits them. A quote that is not closed ends with the text. */
export function systemdWords(text: string): string[] {
  return text.match(/(?:"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s"'])+/g)?.map((word) => shellWords(word)[0] ?? '') ?? [];
}
