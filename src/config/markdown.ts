import { DURATION } from '../source/duration.ts';
import { MOCK_MODEL } from './cost.ts';
import { EXAMPLE } from './example.ts';
import { PERCENTAGE } from './fields.ts';
import { inputSchema, type JsonSchema } from './json-schema.ts';
import { SETTINGS } from './settings/settings.ts';

const REFERENCE_PATTERN = '\\$\\{(env|file):';

const INTRODUCTION = `# Configuration

The exporter reads one YAML file, \`--config FILE\`. \`litellm-cache-exporter config check\` tells every problem of
it at once, with path, line and a suggestion; \`config print\` shows what is in force, with secrets hidden; an editor
can use the JSON schema in [config.schema.json](config.schema.json).

- Unknown keys are refused. A key without a value counts as not written.
- Durations are whole numbers with a unit: \`500ms\`, \`15s\`, \`5m\`, \`1h\`.
- \`\${env:NAME}\` is the value of an environment variable and \`\${file:PATH}\` the text of a file, in any value; an unset
  variable and an unreadable file are problems. \`$$\` is one dollar sign.
- Relative paths start at the directory of the file.
- Secrets from \`*_file\` keys, and those whose whole value is \`\${file:PATH}\`, are read again at each use, so a rotated
  secret needs no restart.
- A flag beats an environment variable, and that beats the file.
`;

const PRICE = `The exporter refuses to start when a gateway's probes could cost more than its \`daily_budget_usd\` a day: rounds a day
x routes x \`price_per_pair_usd\` x 2, because a broken cache pays both requests of a pair; and where it has both a price and
\`origin: true\`, six requests for a shape in each round in which one can have its turn. A model that answers by itself
costs nothing and reaches no provider. In the configuration of LiteLLM:

\`\`\`yaml
${MOCK_MODEL}
\`\`\`
`;

const LEASE = `Of several exporters with the same configuration, the one that holds the lease probes the gateways; all of them scrape
Redis. A lease lasts 15 s and is renewed about every 5 s. When the exporter that holds it stops, another one takes over within two
seconds; when it dies, once the lease has ended. While the lease store is unreachable no exporter probes, and
\`llm_cache_probe_skipped_total{reason="lease"}\` counts. \`litellm-cache-exporter probe\` does not ask for it.

The user of a lease in Redis needs no more than

\`\`\`
ACL SETUSER lease on >PASSWORD ~lce-lease:* +eval +get +set +del
\`\`\`

and the service account of a lease in Kubernetes a role with

\`\`\`yaml
rules:
  - { apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update] }
\`\`\`
`;

const DISCOVERY = `Lists in the formats of Prometheus give more targets and gateways: files (\`file_sd\`) and HTTP (\`http_sd\`). What the entries of a list
have in common is a class; in its texts \`{{label}}\` is a label of the target, \`{{name}}\` its name. [fleet.md](fleet.md) has whole examples.

- The name is the label \`name\`, else the address with \`_\` for \`:\`. The URL is the label \`__scheme__\` (\`http\`, \`redis\`) and the address.
- A label that becomes part of a field is 1 to 63 letters, digits, dots, dashes or underscores, the first a letter or digit, without \`..\`. A field whose
  label is missing is left away; where the field is required, the entry is.
- An entry of the file wins over one of a list, and an earlier list over a later one. What is wrong with an entry leaves out that entry alone.
- A list that cannot be read changes nothing, and so does one of more than 10,000 targets, 8 MiB over HTTP or 1 MiB in a file.
- A list that loses more than half of at least four targets at once is believed when it names the same targets again, or nearly, one \`refresh_interval\` later.
`;

const WITHOUT_FILE = `## Flags and environment

Without a file, flags and variables make one target named \`redis\` and one gateway named \`litellm\`. With a file they
change its only target and gateway, or those of these names. A variable that the file refers to is left to the file.

| flag | variable | key |
|---|---|---|
`;

/** What a text of a kind looks like. */
const PATTERNS: Readonly<Record<string, string>> = {
  duration: DURATION.source,
  percentage: PERCENTAGE.source,
};

/** The page docs/configuration.md. */
export function configurationMarkdown(): string {
  const sections = tables('', inputSchema()).join('\n');
  return [
    INTRODUCTION,
    `## Example\n\n\`\`\`yaml\n${EXAMPLE}\`\`\`\n`,
    sections,
    `## Cost\n\n${PRICE}`,
    `## Discovery\n\n${DISCOVERY}`,
    `## Lease\n\n${LEASE}`,
    WITHOUT_FILE + settingRows(),
  ].join('\n');
}

/** The JSON schema of the file, for editors; a reference may stand for any value. */
export function configurationSchema(): JsonSchema {
  const { $schema, ...schema } = inputSchema();
  return { ...($schema === undefined ? {} : { $schema }), title: 'litellm-cache-exporter', ...publicSchema(schema) };
}

/** A schema without our notes, in which a value that is more than any text may also be a reference. */
function publicSchema({ kind, usual, properties, items, ...schema }: JsonSchema): JsonSchema {
  if (properties) {
    const entries = Object.entries(properties).map(([key, value]) => [key, publicSchema(value)]);
    return { ...schema, properties: Object.fromEntries(entries) };
  }
  if (items) return { ...schema, items: publicSchema(items) };
  // Sections by name: what a class holds is not described a second time.
  if (schema.propertyNames) return schema;
  const pattern = kind === undefined ? schema.pattern : (PATTERNS[kind] ?? schema.pattern);
  if (schema.type === 'string' && pattern === undefined && schema.enum === undefined) return schema;
  const { description, default: usually, ...strict } = schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(usually === undefined ? {} : { default: usually }),
    anyOf: [
      { ...strict, ...(pattern === undefined ? {} : { pattern }) },
      { type: 'string', pattern: REFERENCE_PATTERN },
    ],
  };
}

/** One table for a section, then those of the sections inside it. */
function tables(path: string, section: JsonSchema): string[] {
  const keys = Object.entries(section.properties ?? {});
  const rows = keys.map(([key, schema]) => row(key, schema, section.required?.includes(key) ?? false));
  const title = path === '' ? '## Sections' : `## \`${path}\``;
  const table = `${title}\n\n| key | type | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  return [table, ...keys.flatMap(([key, schema]) => inner(path === '' ? key : `${path}.${key}`, schema))];
}

function inner(path: string, schema: JsonSchema): string[] {
  if (schema.properties) return tables(path, schema);
  return schema.items?.properties ? tables(`${path}[]`, schema.items) : [];
}

function row(key: string, schema: JsonSchema, required: boolean): string {
  return `| \`${key}\` | ${typeText(schema)} | ${required ? 'required' : defaultText(schema)} | ${schema.description ?? ''} |`;
}

function typeText({ type, kind, enum: members, properties, items, propertyNames }: JsonSchema): string {
  if (propertyNames) return 'sections by name';
  if (properties) return 'section';
  if (items) return items.properties ? 'list of sections' : `list of ${typeText(items)}`;
  if (members) return members.map((member) => `\`${member}\``).join(', ');
  return kind ?? { string: 'text', number: 'number', integer: 'whole number', boolean: 'true or false' }[type ?? ''] ?? 'any';
}

function defaultText({ default: value, usual, properties }: JsonSchema): string {
  if (usual !== undefined) return `\`${usual}\``;
  if (value === undefined || properties) return '';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `\`[${value.map((item) => JSON.stringify(item)).join(', ')}]\``;
  return `\`${value}\``;
}

function settingRows(): string {
  const rows = SETTINGS.map(({ section, key, variable, flag }) => {
    const entry = section === 'redis' || section === 'gateways' ? `${section}[].${key}` : `${section}.${key}`;
    return `| ${flag ? `\`${flag.name}\`` : ''} | \`${variable}\` | \`${entry}\` |`;
  });
  return `${rows.join('\n')}\n`;
}
