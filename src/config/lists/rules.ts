import { closest } from '../../source/problem.ts';
import { isSection, type Section } from '../../source/section.ts';
import type { Report } from '../section.ts';
import { sourceName } from './source-name.ts';

/** Rules of what is sent to a source. */
export function authorizationRules({ credentials, credentials_file }: Section, report: Report): void {
  if (credentials === undefined && credentials_file === undefined) report([], 'needs credentials_file or credentials');
  if (credentials !== undefined && credentials_file !== undefined)
    report(['credentials_file'], 'cannot be combined with credentials', 'keep one of the two');
}

/** Rules of one source. */
export function sourceRules({ file_sd, http_sd }: Section, report: Report): void {
  if (file_sd === undefined && http_sd === undefined) report([], 'needs file_sd or http_sd');
  if (file_sd !== undefined && http_sd !== undefined) report(['http_sd'], 'cannot be combined with file_sd', 'keep one of the two');
  if (!isSection(http_sd) || typeof http_sd.url !== 'string' || !http_sd.url.startsWith('http:')) return;
  if (isSection(http_sd.tls) && Object.values(http_sd.tls).some((value) => value !== undefined && value !== false))
    report(['http_sd', 'tls'], 'is not used by this url', 'write https:// in url');
}

/** Rules between the sources and the classes. */
export function discoveryRules({ discovery, classes, origin }: Section, report: Report): void {
  const gateways = isSection(classes) && isSection(classes.gateways) ? classes.gateways : {};
  for (const [name, section] of Object.entries(gateways)) {
    if (origin === undefined && isSection(section) && (section.origin === true || section.origin === 'true'))
      report(
        ['classes', 'gateways', name, 'origin'],
        'needs the section origin, whose key signs the answers',
        'add origin with api_key_file',
      );
  }
  const first = new Map<string, number>();
  const sources: unknown[] = Array.isArray(discovery) ? discovery : [];
  for (const [index, source] of sources.entries()) {
    if (!isSection(source)) continue;
    const name = sourceName(source, index);
    const other = first.get(name);
    if (other === undefined) first.set(name, index);
    else report(['discovery', index, 'name'], `${name} is already the name of discovery[${other}]`, 'give each source a name of its own');
    const { kind, class: wanted = 'default' } = source;
    if ((kind !== 'gateway' && kind !== 'redis') || typeof wanted !== 'string') continue;
    const section = kind === 'gateway' ? 'gateways' : 'redis';
    const known = Object.keys((isSection(classes) && isSection(classes[section]) && classes[section]) || {});
    if (!known.includes(wanted))
      report(['discovery', index, 'class'], `classes.${section} has no class ${wanted}`, hint(wanted, known, section));
  }
}

/** Classes that a message lists. */
const MAX_NAMES = 20;

function hint(wanted: string, known: readonly string[], section: string): string {
  if (known.length === 0) return `add ${wanted} to classes.${section}, with the keys that its entries share`;
  const near = closest(wanted, known);
  return near === undefined ? `known are ${known.slice(0, MAX_NAMES).join(', ')}` : `did you mean ${near}?`;
}
