import type { Setup } from '../setup.ts';
import { type Masking, masking } from './masking.ts';

/** Hides the secrets of several instances: those with the same configuration differ in their variables only. */
export function maskingAll(setups: readonly Setup[]): Masking {
  const configurations = [...new Set(setups.map(({ litellm }) => litellm))];
  const masks = configurations.flatMap((litellm) => {
    const [first, ...others] = setups.filter((setup) => setup.litellm === litellm);
    const variables = [...new Set([first, ...others].flatMap((setup) => setup?.variables ?? []))];
    return first === undefined ? [] : [masking({ ...first, variables })];
  });
  return (line) => masks.reduce((text, mask) => mask(text), line);
}
