import type { Path, Problem } from '../../../source/problem.ts';
import type { Section } from '../../../source/section.ts';
import { parseYamlStream } from '../../../source/yaml.ts';
import type { Place } from '../../place.ts';
import type { Gap, Mount } from '../../setup.ts';
import { asText, listOf, sectionOf } from '../tree.ts';
import type { DockerRun } from './docker-run.ts';

/** One container of a task, as the `docker run` that it amounts to. */
export interface EcsContainer {
  run: DockerRun;
  place: Place;
  gaps: readonly Gap[];
}

/** Whether a text looks like a task definition of Amazon ECS. */
export function isTaskDefinition(text: string): boolean {
  return /"containerDefinitions"\s*:/.test(text);
}

/** The containers of a task definition: what `register-task-definition` takes, or `describe-task-definition` prints; and what could not be read. */
export function readTaskDefinition(text: string, file: string): { containers: EcsContainer[]; problems: readonly Problem[] } {
  const { documents, problems } = parseYamlStream(text, file, '1.2');
  const containers = documents.flatMap(({ tree, position }) => {
    const at = (path: Path): Place => {
      const where = position(path);
      return where === undefined ? { source: file, line: 1, column: 1 } : { source: where.file, line: where.line, column: where.column };
    };
    const wrapped = sectionOf(tree).taskDefinition !== undefined;
    const task = wrapped ? sectionOf(sectionOf(tree).taskDefinition) : sectionOf(tree);
    const path: Path = [...(wrapped ? ['taskDefinition'] : []), 'containerDefinitions'];
    const volumes = new Map(listOf(task.volumes).map((volume) => [asText(sectionOf(volume).name ?? ''), sectionOf(volume)]));
    return listOf(task.containerDefinitions).map((one, index) =>
      container(sectionOf(one), volumes, (inner) => at([...path, index, ...inner])),
    );
  });
  return { containers, problems };
}

function container(one: Section, volumes: ReadonlyMap<string, Section>, at: (path: Path) => Place): EcsContainer {
  const given = listOf(one.environment).map((entry, index) => {
    const { name, value } = sectionOf(entry);
    return { name: asText(name ?? ''), value: value === undefined ? undefined : asText(value), place: at(['environment', index, 'value']) };
  });
  // Where a secret is stored is no secret; what it is, is known to AWS alone.
  const secrets = listOf(one.secrets).map((entry, index) => ({
    name: asText(sectionOf(entry).name ?? ''),
    value: undefined,
    place: at(['secrets', index, 'name']),
  }));
  const gaps = listOf(one.environmentFiles).map(
    (entry, index): Gap => ({
      kind: 'evidence',
      place: at(['environmentFiles', index]),
      message: `takes variables from ${asText(sectionOf(entry).value ?? 'a file').slice(0, 256)}, which was not read`,
      fix: 'fetch a copy of that file and give it to the doctor with --env-file as well',
    }),
  );
  return {
    run: {
      name: asText(one.name ?? ''),
      image: typeof one.image === 'string' ? one.image : undefined,
      imagePlace: at(['image']),
      entrypoint: listOf(one.entryPoint).map(asText),
      command: listOf(one.command).map(asText),
      ports: listOf(one.portMappings).map((port) => asText(sectionOf(port).containerPort ?? '')),
      variables: [...given, ...secrets],
      envFiles: [],
      mounts: listOf(one.mountPoints).map((mount) => mounted(sectionOf(mount), volumes)),
      folder: typeof one.workingDirectory === 'string' ? one.workingDirectory : undefined,
    },
    place: at([]),
    gaps,
  };
}

/** A volume of the host or of a file system in the network: never a file of this machine. */
function mounted({ sourceVolume, containerPath }: Section, volumes: ReadonlyMap<string, Section>): Mount {
  const name = asText(sourceVolume ?? '');
  const { sourcePath } = sectionOf(volumes.get(name)?.host);
  const source = sourcePath === undefined ? `the volume ${name} of the task` : asText(sourcePath);
  return { source, target: asText(containerPath ?? '').replace(/(?<=.)\/$/, '') };
}
