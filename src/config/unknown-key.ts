import { closest, type Fault, type Path } from '../source/problem.ts';
import { isBlank } from './interpolate.ts';
import { inputSchema, type JsonSchema, keysAt } from './json-schema.ts';

/** What people write for a key that has another name here, where the spelling gives no hint; the first that is known at its place counts. */
const SYNONYM: ReadonlyMap<string, readonly string[]> = new Map([
  ['host', ['url']],
  ['hostname', ['url']],
  ['port', ['url', 'http']],
  ['db', ['url']],
  ['database', ['url']],
  ['address', ['url', 'http']],
  ['endpoint', ['url']],
  ['base_url', ['url']],
  ['api_base', ['url']],
  ['uri', ['url']],
  ['user', ['username']],
  ['login', ['username']],
  ['pass', ['password']],
  ['pwd', ['password']],
  ['auth', ['password', 'api_key']],
  ['requirepass', ['password']],
  ['secret', ['password', 'api_key']],
  ['key', ['api_key', 'key_file']],
  ['token', ['api_key']],
  ['bearer', ['api_key']],
  ['master_key', ['api_key']],
  ['virtual_key', ['api_key']],
  ['target', ['redis']],
  ['targets', ['redis']],
  ['servers', ['redis']],
  ['valkey', ['redis']],
  ['litellm', ['gateways']],
  ['proxy', ['gateways']],
  ['proxies', ['gateways']],
  ['credentials', ['canaries']],
  ['users', ['canaries']],
  ['ssl', ['tls']],
  ['ca', ['ca_file']],
  ['cacert', ['ca_file']],
  ['cert', ['cert_file']],
  ['certificate', ['cert_file']],
  ['sni', ['server_name']],
  ['verify', ['insecure_skip_verify']],
  ['price', ['price_per_pair_usd']],
  ['cost', ['price_per_pair_usd']],
  ['budget', ['daily_budget_usd']],
  ['model_name', ['model']],
  ['prefix', ['namespace']],
  ['replicas', ['addresses']],
  ['period', ['interval']],
  ['web', ['http']],
  ['server', ['http', 'url']],
  ['otlp', ['metrics', 'endpoint']],
]);

/** An unknown key at a path, with the key that was probably meant, or the section to which it belongs. */
export function unknownKey(root: JsonSchema, path: Path, key: string): Fault {
  const full = [...path, key];
  if (/^[^\S ]|^ /.test(key))
    return { path: full, message: 'unknown key', suggestion: 'it begins with a space of another kind (no-break space); use plain spaces' };
  const known = keysAt(root, path);
  const message = 'unknown key';
  const meant = meantKey(key, known);
  if (meant !== undefined) return { path: full, message, suggestion: `did you mean ${meant}?` };
  const places = sectionsWith(root, plain(key)).filter((place) => place !== sectionText(path));
  if (places.length > 0) return { path: full, message, suggestion: `it is a key of ${places.join(' or ')}` };
  return { path: full, message, suggestion: `known here are ${known.join(', ')}` };
}

function meantKey(key: string, known: readonly string[]): string | undefined {
  const word = plain(key);
  const same = known.find((candidate) => plain(candidate) === word);
  const synonym = SYNONYM.get(key.toLowerCase().replaceAll('-', '_'))?.find((candidate) => known.includes(candidate));
  return same ?? synonym ?? closest(key, known) ?? partOf(word, known);
}

/** The known key that a longer word holds, or that begins or ends with a shorter one. */
function partOf(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const held = known.filter((candidate) => plain(candidate).length > 2 && word.includes(plain(candidate)));
  const longest = held.sort((a, b) => b.length - a.length)[0];
  if (longest !== undefined || word.length < 4) return longest;
  return known.find((candidate) => plain(candidate).startsWith(word) || plain(candidate).endsWith(word));
}

function plain(key: string): string {
  return key.slice(0, 65).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** The sections of the file that know a key. */
function sectionsWith(root: JsonSchema, word: string): string[] {
  const found: string[] = [];
  const visit = (section: JsonSchema, place: string) => {
    for (const [key, inner] of Object.entries(section.properties ?? {})) {
      if (place !== '' && plain(key) === word) found.push(place);
      const entry = inner.items ?? inner;
      if (entry.properties !== undefined) visit(entry, place === '' ? key : `${place}.${key}`);
    }
  };
  visit(root, '');
  // A key of many sections does not tell which of them was meant.
  return found.length > 3 ? found.filter((place) => !place.includes('.')) : found;
}

function sectionText(path: Path): string {
  return path.filter((step) => typeof step === 'string').join('.');
}

/** Unknown keys without a value: they would count as not written, and a slip such as `level:debug` in braces would be missed. */
export function blankUnknownKeys(tree: object): Fault[] {
  const root = inputSchema();
  const faults: Fault[] = [];
  const visit = (node: unknown, schema: JsonSchema | undefined, path: Path) => {
    if (faults.length >= MAX_UNKNOWN_KEYS || schema === undefined || node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) visit(item, schema.items, [...path, index]);
      return;
    }
    if (schema.properties === undefined) return;
    for (const [key, value] of Object.entries(node)) {
      const inner = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
      if (inner !== undefined) visit(value, inner, [...path, key]);
      else if (isBlank(value)) faults.push(blankFault(root, path, key));
    }
  };
  visit(tree, root, []);
  return faults;
}

const MAX_UNKNOWN_KEYS = 200;

function blankFault(root: JsonSchema, path: Path, key: string): Fault {
  const [before = '', ...behind] = key.split(':');
  if (behind.length > 0 && keysAt(root, path).includes(before))
    return { path: [...path, before], message: 'has no space behind the colon', suggestion: 'write one' };
  return unknownKey(root, path, key);
}
