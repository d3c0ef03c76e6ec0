import { z } from 'zod';
import { keyFault, Secret } from '../../source/secret.ts';
import { isSection } from '../../source/section.ts';
import { sourceUrl } from '../address.ts';
import { duration, entryName, oneOf, secret, secretFile, text } from '../fields.ts';
import { always } from '../rules.ts';
import { authorizationRules, sourceRules } from './rules.ts';
import { sourceName } from './source-name.ts';

/** What lists of targets can be of. */
const KIND = ['gateway', 'redis'] as const;

/** More often costs the source more than it tells. */
const MIN_REFRESH_MS = 1_000;

/** A source is a list of many; more of them are a mistake. */
const MAX_SOURCES = 64;
const MAX_PATTERNS = 64;

/** A pattern as Prometheus takes it: one `*` or several in the last part, and the end of a format. */
const PATTERN = /^(?:[^*]*\/)?[^/]*\.(?:json|yml|yaml|JSON|YML|YAML)$/;

const fileSource = z.strictObject({
  files: z
    .array(text().regex(PATTERN, 'must end in .json, .yml or .yaml, with * only behind the last slash'))
    .min(1, 'needs at least one file')
    .max(MAX_PATTERNS, `names more than ${MAX_PATTERNS} patterns`)
    .describe('Lists of targets as Prometheus reads them, `*` is any text in the name of a file. A changed file is read at once.'),
  refresh_interval: duration({ min: MIN_REFRESH_MS }).prefault('5m').describe('Time after which the files are read again, changed or not.'),
});

const authorization = z
  .strictObject({
    type: text()
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}$/, 'must be one word such as Bearer')
      .prefault('Bearer')
      .describe('Type of the credentials.'),
    credentials: secret(keyFault).optional().describe('The credentials. A reference keeps them out of the file.'),
    credentials_file: secretFile().optional().describe('File with the credentials, read again for every request.'),
  })
  .superRefine(...always(authorizationRules))
  .transform(({ credentials_file, ...rest }) => ({ ...rest, credentials: rest.credentials ?? credentials_file }));

/** The sections of the file that concern discovery; `tls` is that of every other section. */
export function discoverySchema<T extends z.ZodType>(tls: T) {
  const httpSource = z.strictObject({
    url: sourceUrl().describe('Address of a list of targets in the format of HTTP service discovery of Prometheus.'),
    refresh_interval: duration({ min: MIN_REFRESH_MS }).prefault('60s').describe('Time between two requests.'),
    authorization: authorization.optional().describe('What is sent in the header `Authorization`.'),
    tls: tls.optional().describe('How to trust and be trusted over TLS.'),
  });
  const source = z
    .strictObject({
      name: entryName()
        .optional()
        .describe('Label `source` of the metrics of discovery.')
        .meta({ usual: 'file_sd-0, http_sd-1, … by kind and place in the list' }),
      file_sd: fileSource.optional().describe('Read the targets from files.'),
      http_sd: httpSource.optional().describe('Read the targets over HTTP, instead of files.'),
      kind: oneOf(KIND).describe('What the targets are.'),
      class: entryName().prefault('default').describe('The class in `classes.gateways` or `classes.redis` that says everything else.'),
    })
    .superRefine(...always(sourceRules));
  return z
    .array(source)
    .max(MAX_SOURCES, `has more than ${MAX_SOURCES} sources`)
    .transform((sources) => sources.map((entry, index) => ({ ...entry, name: sourceName(entry, index) })));
}

/** A class is a section of the same keys as an entry. What its texts mean is known when an entry is made of it; secrets are hidden before. */
const oneClass = z.record(z.string(), z.unknown()).transform((section): Record<string, unknown> => hideSecrets(section));

export const classesSchema = z.strictObject({
  gateways: z
    .record(entryName(), oneClass)
    .optional()
    .describe('By name: the keys of an entry of `gateways` but for `name` and `url`. `{{label}}` is a label of the target.'),
  redis: z
    .record(entryName(), oneClass)
    .optional()
    .describe('By name: the keys of an entry of `redis` but for `name` and `url`. `{{label}}` is a label of the target.'),
});

const SECRET_KEYS: ReadonlySet<string> = new Set(['password', 'api_key']);

function hideSecrets(section: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(section).map(([key, value]) => [key, hidden(key, value)]));
}

function hidden(key: string, value: unknown): unknown {
  if (typeof value === 'string' && value !== '' && SECRET_KEYS.has(key)) return Secret.of(value);
  if (Array.isArray(value)) return value.map((item: unknown) => hidden('', item));
  return isSection(value) && !(value instanceof Secret) ? hideSecrets(value) : value;
}
