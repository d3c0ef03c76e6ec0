import type { Place } from '../../place.ts';
import type { Gap, Mount } from '../../setup.ts';
import { shellWords } from '../variables/shell-words.ts';
import { bound, type DockerRun, longForm } from './docker-run.ts';
import { systemdLines, systemdWords } from './systemd-unit.ts';

const LISTS: ReadonlySet<string> = new Set(['Environment', 'EnvironmentFile', 'Volume', 'PublishPort']);
/** What systemd takes for true (systemd.syntax). */
const TRUE = /^(?:1|yes|true|on)$/i;

/** A container of Podman Quadlet (podman-systemd.unit), as the `podman run` that becomes of it. */
export function readQuadlet(text: string, file: string): { run: DockerRun; place: Place; gaps: readonly Gap[] } {
  const gaps: Gap[] = [];
  const variables: DockerRun['variables'][number][] = [];
  const envFiles: DockerRun['envFiles'][number][] = [];
  const mounts: Mount[] = [];
  const ports: string[] = [];
  const single = new Map<string, { value: string; place: Place }>();
  for (const { section, key, value, place } of systemdLines(text, file)) {
    if (section !== 'Container') continue;
    // An empty value takes back what was given before.
    if (value === '' && LISTS.has(key)) {
      if (key === 'Environment') variables.length = 0;
      else if (key === 'EnvironmentFile') envFiles.length = 0;
      else if (key === 'Volume') mounts.length = 0;
      else ports.length = 0;
    } else if (key === 'Environment')
      variables.push(...systemdWords(value).flatMap((pair) => (pair.indexOf('=') > 0 ? [{ ...parted(pair), place }] : [])));
    else if (key === 'EnvironmentFile') envFiles.push({ path: withoutSpecifier(value.replace(/^-/, '')), place });
    else if (key === 'EnvironmentHost' && TRUE.test(value)) gaps.push(ofHost(place));
    else if (key === 'Secret') variables.push(...ofSecret(value, place));
    else if (key === 'Volume') mounts.push(...bound(withoutSpecifier(value).split(':')));
    else if (key === 'Mount') mounts.push(...bound(longForm(withoutSpecifier(value))));
    else if (key === 'PublishPort' || key === 'ExposeHostPort') ports.push(value.split('/')[0]?.split(':').at(-1) ?? '');
    else single.set(key, { value, place });
  }
  const image = single.get('Image');
  const exec = single.get('Exec');
  return {
    run: {
      name: single.get('ContainerName')?.value,
      image: image?.value,
      imagePlace: image?.place,
      entrypoint: shellWords(single.get('Entrypoint')?.value ?? ''),
      command: systemdWords(exec?.value ?? '').map((word) => word.replaceAll('%%', '%')),
      ports,
      variables,
      envFiles,
      mounts,
      folder: single.get('WorkingDir')?.value,
    },
    place: exec?.place ?? image?.place ?? { source: file, line: 1, column: 1 },
    gaps,
  };
}

function parted(pair: string): { name: string; value: string | undefined } {
  const end = pair.indexOf('=');
  const value = pair.slice(end + 1).replaceAll('%%', '%');
  // What a specifier means is known to systemd alone.
  return { name: pair.slice(0, end), value: /(?<!%)%[a-zA-Z]/.test(pair.slice(end + 1).replaceAll('%%', '')) ? undefined : value };
}

/** A path of the home or of the unit's folder, as one from here. */
function withoutSpecifier(path: string): string {
  return path.replace(/^%[hdES]\//, './').replaceAll('%%', '%');
}

/** `NAME,type=env,target=VARIABLE`: the variable is there, its value is known to Podman. */
function ofSecret(text: string, place: Place): DockerRun['variables'][number][] {
  const [name = '', ...options] = text.split(',');
  if (!options.includes('type=env')) return [];
  const target = options.find((option) => option.startsWith('target='))?.slice('target='.length);
  return [{ name: target ?? name, value: undefined, place }];
}

function ofHost(place: Place): Gap {
  return {
    kind: 'evidence',
    place,
    message: 'the container takes the whole environment of its host, which is not in the unit',
    fix: 'give the container its variables with Environment= or EnvironmentFile=, and take EnvironmentHost= out',
  };
}
