import type { GatewayConfig, SourceConfig, TargetConfig } from '../config/effective.ts';
import { readEntry } from '../config/lists/classes.ts';
import { fill, isPlain } from '../config/lists/template.ts';
import { pathText } from '../source/problem.ts';
import type { Section } from '../source/section.ts';
import type { Listed } from './list.ts';

/** What becomes of a target: an entry as the file could have it, or why it is left out. */
export type Made = { name: string } & (
  | { kind: 'gateway'; entry: GatewayConfig }
  | { kind: 'redis'; entry: TargetConfig }
  | { fault: string }
);

const SCHEMES = { gateway: ['http', 'https'], redis: ['redis', 'rediss'] } as const;

const ADDRESS = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}))(?::(\d{1,5}))?$/;

/** Makes an entry of a target with what its class says. Pure; never throws. */
export function makeEntry(kind: SourceConfig['kind'], template: Section, { address, labels }: Listed): Made {
  const name = labels.get('name') || address.replaceAll(':', '_');
  const known = shown(labels.get('name') || address);
  const refuse = (message: string, suggestion?: string): Made => ({
    name: known,
    fault: suggestion === undefined ? message : `${message}; ${suggestion}`,
  });
  const place = addressFault(address);
  if (place !== undefined) return refuse(`its address ${shown(address)} ${place.message}`, place.suggestion);
  if (!isPlain(name))
    return refuse(
      'its name must be 1 to 63 letters, digits, dots, dashes or underscores, the first a letter or digit, without ..',
      labels.get('name') ? 'change the label name' : 'give it the label name',
    );
  const schemes: readonly string[] = SCHEMES[kind];
  const scheme = labels.get('__scheme__') || (schemes[0] ?? '');
  if (!schemes.includes(scheme)) return refuse(`the label __scheme__ must be ${schemes.join(' or ')}`);
  const { value, missing, refused } = fill(
    template,
    new Map([...labels, ['name', name], ['__address__', address], ['__scheme__', scheme]]),
  );
  const [strange] = refused;
  if (strange !== undefined)
    return refuse(
      `the label ${strange} must be 1 to 63 letters, digits, dots, dashes or underscores, the first a letter or digit, without ..`,
    );
  const read = readEntry(kind, { ...asSection(value), name, url: `${scheme}://${address}` });
  if (!('entry' in read)) {
    const absent = missing.find(({ path }) => pathText(path) === read.key);
    if (absent !== undefined) return refuse(`${read.key} is missing, because it has no label ${absent.label}`);
    return refuse(`${read.key === '' ? '' : `${read.key} `}${read.message}`, read.suggestion);
  }
  const { entry } = read;
  return isGateway(entry) ? { name, kind: 'gateway', entry } : { name, kind: 'redis', entry };
}

function addressFault(address: string): { message: string; suggestion: string } | undefined {
  const message = 'must be host:port';
  if (/^[a-z]+:\/\//i.test(address)) return { message, suggestion: 'leave the scheme away and write it into the label __scheme__' };
  if (address.includes('@')) return { message, suggestion: 'write user and password into the class' };
  if (address.includes('/')) return { message, suggestion: 'leave the path away' };
  const [, port] = ADDRESS.exec(address) ?? [];
  if (!ADDRESS.test(address)) return { message, suggestion: 'write it like 10.0.0.1:4000 or [::1]:4000' };
  return port === undefined || (Number(port) > 0 && Number(port) <= 65_535)
    ? undefined
    : { message, suggestion: 'a port is a number from 1 to 65535' };
}

/** What a list gave, as it can stand in a message: cut, and without what steers a terminal. */
function shown(text: string): string {
  return /^[A-Za-z0-9._:[\]-]{1,63}$/.test(text) ? text : JSON.stringify(text.slice(0, 63).replace(/[^ -~]/g, '?'));
}

function asSection(value: unknown): Section {
  return value !== null && typeof value === 'object' ? { ...value } : {};
}

function isGateway(entry: GatewayConfig | TargetConfig): entry is GatewayConfig {
  return 'routes' in entry;
}
