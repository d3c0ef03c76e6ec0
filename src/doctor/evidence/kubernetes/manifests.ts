import type { Path, Problem } from '../../../source/problem.ts';
import type { Section } from '../../../source/section.ts';
import { parseYamlStream } from '../../../source/yaml.ts';
import type { Place } from '../../place.ts';
import type { Gap } from '../../setup.ts';
import { asText, sectionOf } from '../tree.ts';

/** One object of a Kubernetes manifest. */
export interface Manifest {
  kind: string;
  name: string;
  namespace: string;
  file: string;
  section: Section;
  at(path: Path): Place;
}

/** The objects of some files, and what is none. */
export interface Manifests {
  all: readonly Manifest[];
  problems: readonly Problem[];
  gaps: readonly Gap[];
}

/** Reads files of manifests: several documents in a file, and lists of objects. */
export function readManifests(files: readonly { text: string; file: string }[]): Manifests {
  const problems: Problem[] = [];
  const gaps: Gap[] = [];
  const all = files.flatMap(({ text, file }) => {
    const parsed = parseYamlStream(text, file, '1.1');
    const template = templateGap(text, file, parsed.problems.length > 0);
    if (template !== undefined) {
      gaps.push(template);
      return [];
    }
    for (const problem of parsed.problems) problems.push(problem);
    return parsed.documents.flatMap(({ tree, position }) => {
      const at = (path: Path): Place => {
        const where = position(path);
        return where === undefined ? { source: file, line: 1, column: 1 } : { source: where.file, line: where.line, column: where.column };
      };
      const other = notManifest(sectionOf(tree), file, at([]));
      if (other !== undefined) gaps.push(other);
      return other === undefined ? unlisted(tree, [], file, at) : [];
    });
  });
  return { all, problems, gaps };
}

/** The object of a kind and name: that of the namespace, else one whose file names none. */
export function named(all: readonly Manifest[], kinds: readonly string[], name: unknown, namespace: string): Manifest | undefined {
  const found = all.filter((manifest) => kinds.includes(manifest.kind) && manifest.name === name);
  return (
    found.find((manifest) => manifest.namespace === namespace) ?? found.find((manifest) => manifest.namespace === '' || namespace === '')
  );
}

/** A chart that was not rendered is not YAML, or means something else than it says. */
function templateGap(text: string, file: string, isBroken: boolean): Gap | undefined {
  const index = text
    .split('\n')
    .findIndex((line) => OF_CHART.test(line) || (isBroken && line.includes('{{') && line.includes('}}', line.indexOf('{{'))));
  if (index < 0) return undefined;
  return {
    kind: 'evidence',
    place: { source: file, line: index + 1, column: 1 },
    message: 'is a template of a chart, not a manifest: nothing of it was judged',
    fix: 'render it with helm template and give the doctor what that prints',
  };
}

/** Only templates of Helm say this: those of alerts and dashboards, which stand in ConfigMaps, have braces of their own. */
const OF_CHART = /\{\{-?\s*(?:include\s|\.(?:Values|Release|Chart|Files|Capabilities)\b)/;

const KUSTOMIZATION = [
  'resources',
  'bases',
  'components',
  'configMapGenerator',
  'secretGenerator',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'images',
  'namePrefix',
  'nameSuffix',
  'helmCharts',
  'replacements',
  'generators',
  'transformers',
  'replicas',
];

/** Files that people give in place of manifests: values of a chart, and what kustomize builds from. */
function notManifest(section: Section, file: string, place: Place): Gap | undefined {
  if (section.kind === 'Kustomization' || section.kind === 'Component' || /(^|\/)kustomization\.ya?ml$/.test(file)) {
    const changes = KUSTOMIZATION.filter((key) => key !== 'resources' && Object.hasOwn(section, key));
    if (changes.length === 0) return undefined;
    return {
      kind: 'evidence',
      place,
      message: `kustomize changes the manifests (${changes.join(', ')}), and was not run`,
      fix: 'give the doctor what kustomize build prints',
    };
  }
  const keys = Object.keys(section);
  if (Object.hasOwn(section, 'kind') || keys.length === 0) return undefined;
  if (/(^|\/)Chart\.ya?ml$/.test(file) || (Object.hasOwn(section, 'apiVersion') && Object.hasOwn(section, 'version')))
    return {
      kind: 'evidence',
      place,
      message: 'is the description of a chart, not a manifest',
      fix: 'render the chart with helm template and give the doctor what that prints',
    };
  return {
    kind: 'evidence',
    place,
    message: 'has no kind, so it is no manifest (values of a chart?): nothing of it was judged',
    fix: 'for values of a chart, give the doctor what helm template -f VALUES prints; name other files with the option that they belong to',
  };
}

function unlisted(tree: object, path: Path, file: string, at: (path: Path) => Place): Manifest[] {
  const section = sectionOf(tree);
  const kind = asText(section.kind ?? '');
  if (kind.endsWith('List') && Array.isArray(section.items))
    return section.items.flatMap((item: unknown, index) => unlisted(sectionOf(item), [...path, 'items', index], file, at));
  const { name, namespace } = sectionOf(section.metadata);
  return [{ kind, name: asText(name ?? ''), namespace: asText(namespace ?? ''), file, section, at: (inner) => at([...path, ...inner]) }];
}
