import { isSection, type Section } from '../source/section.ts';
import type { Report } from './section.ts';

/** In this time each shape is tried once, unless the configuration says otherwise; in milliseconds. */
export const USUAL_FIDELITY_MS = 600_000;

/** Rules of the shapes of answers that are tried. */
export function fidelityRules({ fidelity, origin }: Section, report: Report): void {
  if (!isSection(fidelity)) return;
  if (origin !== true && origin !== 'true')
    report(['fidelity'], 'needs origin: true', 'what a cache changes shows only in answers of the origin');
  for (const key of ['shapes', 'accept']) {
    const list = fidelity[key];
    if (Array.isArray(list) && new Set(list).size < list.length) report(['fidelity', key], 'names a shape twice');
  }
  const { shapes, accept } = fidelity;
  if (!Array.isArray(shapes) || !Array.isArray(accept)) return;
  for (const [index, shape] of accept.entries()) {
    if (!shapes.includes(shape)) report(['fidelity', 'accept', index], 'is not among shapes, so that it is never tried');
  }
}
