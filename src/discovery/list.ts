import { type Path, type Position, pathText, problemText } from '../source/problem.ts';
import { isSection } from '../source/section.ts';
import { parseYamlList } from '../source/yaml.ts';

/** Targets of one source at most; a list of more is a mistake in what makes it. */
export const MAX_TARGETS = 10_000;

/** One target of a list, before it is known what becomes of it. */
export interface Listed {
  /** As it is written, `host:port`. */
  address: string;
  labels: ReadonlyMap<string, string>;
  /** Where it is written: `targets/a.yaml:3:5`, or `[3].targets[0]` of a list over HTTP. */
  place: string;
}

/** The targets of a list, or why it is no list: the end of a sentence that begins with the source. */
export type ParsedList = { targets: Listed[] } | { fault: string };

/** Reads a list of targets in the JSON format of Prometheus; `file` is its name for messages, empty where it has none. Never throws. */
export function parseJsonList(text: string, file: string): ParsedList {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return { fault: of(file, text.trim() === '' ? 'is empty; [] is a list without targets' : `is not JSON: ${begins(text)}`) };
  }
  if (!Array.isArray(tree)) return { fault: of(file, 'must be a list of {"targets": […], "labels": {…}}') };
  return targetsOf(tree, (path) => (file === '' ? pathText(path) : `${file} ${pathText(path)}`));
}

/** Reads a list of targets in the YAML format of Prometheus. Never throws. */
export function parseYamlTargets(text: string, file: string): ParsedList {
  const source = parseYamlList(text, file);
  if (Array.isArray(source)) {
    const [first] = source;
    const hint = first?.message.endsWith('is empty') ? '; [] is a list without targets' : '';
    return { fault: `${first === undefined ? `${file} cannot be read` : problemText(first)}${hint}` };
  }
  return targetsOf(Array.isArray(source.tree) ? source.tree : [], (path) => placeText(source.position(path), file, path));
}

function placeText(at: Position | undefined, file: string, path: Path): string {
  return at === undefined ? `${file} ${pathText(path)}` : `${at.file}:${at.line}:${at.column}`;
}

/** As Prometheus does it, one entry of another form makes the whole list unreadable: what it means is not known. */
function targetsOf(list: readonly unknown[], place: (path: Path) => string): ParsedList {
  const targets: Listed[] = [];
  for (const [index, group] of list.entries()) {
    const fault = groupFault(group);
    if (fault !== undefined) return { fault: `${place([index, ...fault.path])}: ${fault.message}` };
    if (!isSection(group)) continue;
    const labels = new Map(textsOf(group.labels ?? {}));
    for (const [position, address] of textsOf(group.targets ?? []).entries()) {
      if (targets.length === MAX_TARGETS)
        return { fault: `names ${count(list)} targets, more than ${MAX_TARGETS}; nothing of it is taken` };
      const path = [index, 'targets', position];
      targets.push({ address: address[1], labels, place: place(path) });
    }
  }
  return { targets };
}

function groupFault(group: unknown): { path: Path; message: string } | undefined {
  if (!isSection(group)) return { path: [], message: 'must be a section with targets and labels' };
  const { targets, labels } = group;
  if (targets === undefined) return { path: [], message: 'lacks targets' };
  if (!Array.isArray(targets)) return { path: ['targets'], message: 'must be a list of host:port' };
  const target = targets.findIndex((item) => typeof item !== 'string');
  if (target >= 0) return { path: ['targets', target], message: 'must be text, host:port' };
  if (labels !== undefined && labels !== null && !isSection(labels)) return { path: ['labels'], message: 'must be a section of labels' };
  const label = Object.entries(labels ?? {}).find(([, value]) => typeof value !== 'string');
  if (label !== undefined) return { path: ['labels', label[0]], message: 'must be text; put it in quotes' };
  const strange = Object.keys(group).find((key) => key !== 'targets' && key !== 'labels');
  return strange === undefined ? undefined : { path: [strange], message: 'unknown key; known are targets and labels' };
}

/** The texts of a list or section by key. */
function textsOf(node: unknown): [string, string][] {
  return Object.entries(node ?? {}).flatMap(([key, value]): [string, string][] => (typeof value === 'string' ? [[key, value]] : []));
}

function count(list: readonly unknown[]): number {
  return list.reduce<number>((sum, group) => sum + (isSection(group) && Array.isArray(group.targets) ? group.targets.length : 0), 0);
}

function of(file: string, message: string): string {
  return file === '' ? message : `${file} ${message}`;
}

/** How a text begins that is not what it should be, without a word of it. */
function begins(text: string): string {
  const first = text.trimStart();
  if (/^<(?:!doctype|html|\?xml)/i.test(first)) return 'it is a page for browsers';
  return first.startsWith('[') || first.startsWith('{') ? 'it is cut off, or a comma or quote is wrong' : 'it begins with no bracket';
}
