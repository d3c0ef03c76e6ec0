import type { Path } from '../../../source/problem.ts';
import { isSection, type Section } from '../../../source/section.ts';

/** What the tags of a layer do: `!reset` takes a value away, `!override` takes away what is below it (docs.docker.com, Merge). */
export interface Tags {
  reset: readonly Path[];
  override: readonly Path[];
}

/** A layer of a service, as far as its tags concern it. */
interface Layer {
  section: Section;
  tags: Tags;
}

/** The layers of a service without what tags of later ones take away; none where the whole service is taken away. */
export function untagged<T extends Layer>(layers: readonly T[]): readonly T[] {
  return layers.flatMap((layer, index) => {
    const above = layers.slice(index + 1).flatMap(({ tags }) => [...tags.reset, ...tags.override]);
    const paths = [...above, ...layer.tags.reset];
    if (paths.some((path) => path.length === 0)) return [];
    return [
      paths.length === 0 ? layer : { ...layer, section: paths.reduce<Section>((section, path) => without(section, path), layer.section) },
    ];
  });
}

function without(section: Section, [step, ...rest]: Path): Section {
  if (step === undefined || !Object.hasOwn(section, step)) return section;
  const value = section[step];
  if (rest.length === 0) return Object.fromEntries(Object.entries(section).filter(([key]) => key !== step));
  if (isSection(value)) return { ...section, [step]: without(value, rest) };
  const [name] = rest;
  // An entry that is gone leaves its place, so that the others keep theirs.
  if (Array.isArray(value)) return { ...section, [step]: value.map((item: unknown) => (isOf(item, name) ? null : item)) };
  return section;
}

/** Whether an entry of a list is the variable or label of a name. */
function isOf(item: unknown, name: string | number | undefined): boolean {
  return typeof item === 'string' && typeof name === 'string' && (item === name || item.startsWith(`${name}=`));
}
