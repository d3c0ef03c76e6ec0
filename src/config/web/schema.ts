import { z } from 'zod';
import { DURATION, parseDuration } from '../../source/duration.ts';
import { closest, type Fault, type Path, type Problem, pathText } from '../../source/problem.ts';
import { parseYaml } from '../../source/yaml.ts';
import { faultsOf } from '../issue.ts';
import { CIPHER_SUITES, CURVES } from './ciphers.ts';

/** Who must show a client certificate; the names and meanings are those of Go's crypto/tls, which the file format uses. */
export const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof CLIENT_AUTH)[number];

const version = z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']);
const path = z.string().min(1);

const TlsServer = z
  .strictObject({
    cert_file: path.optional(),
    cert: z.string().optional(),
    key_file: path.optional(),
    key: z.string().optional(),
    client_ca_file: path.optional(),
    client_ca: z.string().optional(),
    client_auth_type: z.enum(CLIENT_AUTH).default('NoClientCert'),
    min_version: version.default('TLS12'),
    max_version: version.default('TLS13'),
    cipher_suites: z.array(z.enum(CIPHER_SUITES.names)).min(1).optional(),
    prefer_server_cipher_suites: z.boolean().default(true),
    curve_preferences: z.array(z.enum(CURVES.names)).min(1).optional(),
  })
  .check(({ value, issues }) => {
    for (const name of ['cert', 'key'] as const) {
      const given = [value[name], value[`${name}_file`]].filter((text) => text !== undefined).length;
      if (given !== 1) {
        issues.push({
          code: 'custom',
          input: value,
          path: [`${name}_file`],
          message: given === 0 ? 'is missing' : `give this or ${name}, not both`,
        });
      }
    }
    const authorities = value.client_ca !== undefined || value.client_ca_file !== undefined;
    if (authorities && value.client_auth_type === 'NoClientCert') {
      issues.push({ code: 'custom', input: value, path: ['client_auth_type'], message: 'is missing beside a client CA' });
    }
    if (!authorities && value.client_auth_type === 'RequireAndVerifyClientCert') {
      issues.push({
        code: 'custom',
        input: value,
        path: ['client_ca_file'],
        message: 'is missing: client certificates are to be verified',
      });
    }
    if (value.min_version > value.max_version) {
      issues.push({ code: 'custom', input: value, path: ['min_version'], message: 'is above max_version' });
    }
  });

export type TlsSettings = z.infer<typeof TlsServer>;

const text = z.string().regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII');
const Headers = z.strictObject({
  'Content-Security-Policy': text.optional(),
  'X-Frame-Options': z.enum(['deny', 'sameorigin']).optional(),
  'X-Content-Type-Options': z.literal('nosniff').optional(),
  'X-XSS-Protection': text.optional(),
  'Strict-Transport-Security': text.optional(),
});

const bcryptHash = z.string().regex(/^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/, 'is not a bcrypt hash');

const HttpServer = z.strictObject({ http2: z.boolean().optional(), headers: Headers.nullish() });

/** RFC 7617 ends the user at the first colon, so a name with one could never log in. */
const Users = z.record(z.string(), bcryptHash).check(({ value, issues }) => {
  for (const name of Object.keys(value)) {
    if (name === '' || name.includes(':'))
      issues.push({ code: 'custom', input: value, path: [name], message: 'a user must have a name without a colon' });
  }
});

/** Of all requests one every `interval` (milliseconds), and as many as `burst` at once; an interval of 0 is no limit. */
export interface RateLimit {
  interval: number;
  burst: number;
}

const NO_DURATION = 'must be a duration such as 500ms, 1s or 1m';

const RateLimitSettings = z
  .strictObject({
    interval: z
      .union([z.literal(0), z.literal('0'), z.string().regex(DURATION, NO_DURATION)], NO_DURATION)
      .transform((given) => parseDuration(String(given)) ?? 0),
    burst: z.int().min(0).max(1_000_000).default(0),
  })
  .check(({ value, issues }) => {
    if (value.interval > 0 && value.burst === 0)
      issues.push({ code: 'custom', input: value, path: ['burst'], message: 'must be at least 1: with 0 every request would be refused' });
  });

const WebConfigFile = z.strictObject({
  tls_server_config: TlsServer.optional(),
  http_server_config: HttpServer.nullish(),
  basic_auth_users: Users.nullish(),
  rate_limit: RateLimitSettings.nullish(),
});

/** Settings of the format that would restrict access, and are refused because they would not. */
const NOT_HERE: ReadonlySet<string> = new Set(['tls_server_config.client_allowed_sans', 'http_server_config.rate_limit']);

/** The keys that a section has, by its path. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(WebConfigFile.shape),
  tls_server_config: Object.keys(TlsServer.shape),
  http_server_config: Object.keys(HttpServer.shape),
  'http_server_config.headers': Object.keys(Headers.shape),
  rate_limit: Object.keys(RateLimitSettings.shape),
};

/** A web config file on its own, before the files that it names are read. */
export interface ParsedWebConfig {
  tls?: TlsSettings | undefined;
  headers: Readonly<Record<string, string>>;
  users: ReadonlyMap<string, string>;
  rateLimit?: RateLimit | undefined;
  ignored: readonly string[];
}

/** Checks the text of a web config file; the name is only for messages. Reads none of the files that it names. */
export function parseWebConfig(text: string, file: string): ParsedWebConfig | Problem[] {
  // The format allows an empty file, which asks for nothing.
  const source = text.split('\n').every((line) => /^\s*(#.*)?$/.test(line))
    ? { tree: {}, position: () => undefined }
    : parseYaml(text, file);
  if (Array.isArray(source)) return source;
  const parsed = WebConfigFile.safeParse(source.tree);
  if (!parsed.success) {
    return parsed.error.issues
      .flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue) : faultsOf([issue], source.tree)))
      .map((fault) => ({ ...fault, path: pathText(fault.path), at: source.position(fault.path) }));
  }
  const { tls_server_config: tls, http_server_config: server, basic_auth_users: users, rate_limit: rateLimit } = parsed.data;
  return {
    tls,
    headers: Object.fromEntries(
      Object.entries(server?.headers ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    users: new Map(Object.entries(users ?? {})),
    ...(rateLimit && { rateLimit }),
    ignored: server?.http2 === true ? ['http_server_config.http2'] : [],
  };
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): Fault[] {
  const path: Path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  return issue.keys.map((key) => {
    const full = [...path, key];
    if (NOT_HERE.has(full.join('.'))) return { path: full, message: 'is not supported', suggestion: 'remove it' };
    const known = KNOWN[path.join('.')] ?? [];
    const meant = closest(key, known);
    return {
      path: full,
      message: 'unknown key',
      suggestion: meant === undefined ? `known here are ${known.join(', ')}` : `did you mean ${meant}?`,
    };
  });
}
