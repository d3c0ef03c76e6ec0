import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { readText } from './file.ts';
import { closest, type Path, type Problem, pathText, problemText } from './problem.ts';
import { CIPHER_SUITES, CURVES, TLS13_CIPHERS } from './web-ciphers.ts';

/** Who must show a client certificate; the names and meanings are those of Go's crypto/tls, which the file format uses. */
export const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof CLIENT_AUTH)[number];

/** A web config file that was read, checked and found usable, with the contents of the files that it names. */
export interface WebConfig {
  tls?: { context: SecureContextOptions; clientAuth: ClientAuth } | undefined;
  headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user; empty when nobody has to log in. */
  users: ReadonlyMap<string, string>;
  /** Settings that are accepted and have no effect here. */
  ignored: readonly string[];
}

/** A web config file on its own, before the files that it names are read. */
export interface ParsedWebConfig extends Omit<WebConfig, 'tls'> {
  tls?: { settings: TlsSettings; options: SecureContextOptions } | undefined;
}

/** What reading a web config file gave, and the paths of all files that it rests on: they change it when they change. */
export type WebConfigResult = { files: readonly string[] } & ({ config: WebConfig } | { problems: readonly string[] });

const VERSION = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const satisfies Record<string, SecureVersion>;

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

type TlsSettings = z.infer<typeof TlsServer>;

const text = z.string().regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII');
const Headers = z.strictObject({
  'Content-Security-Policy': text.optional(),
  'X-Frame-Options': z.enum(['deny', 'sameorigin']).optional(),
  'X-Content-Type-Options': z.literal('nosniff').optional(),
  'X-XSS-Protection': text.optional(),
  'Strict-Transport-Security': text.optional(),
});

const bcryptHash = z.string().regex(/^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/, 'is not a bcrypt hash');

const File = z.strictObject({
  tls_server_config: TlsServer.optional(),
  http_server_config: z.strictObject({ http2: z.boolean().optional(), headers: Headers.nullish() }).nullish(),
  basic_auth_users: z
    .record(
      z
        .string()
        .min(1)
        .regex(/^[^:]*$/, 'must not contain a colon'),
      bcryptHash,
    )
    .nullish(),
});

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(File.shape),
  tls_server_config: Object.keys(TlsServer.shape),
  http_server_config: ['http2', 'headers'],
  'http_server_config.headers': Object.keys(Headers.shape),
};

/** Settings of the format that would restrict access, and are refused because they would not. */
const NOT_HERE: Readonly<Record<string, string>> = {
  client_allowed_sans: 'is not supported by this exporter',
  rate_limit: 'is not supported by this exporter',
};

/**
 * Reads a web config file of the Prometheus exporter toolkit
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md) with the
 * certificates that it names. Paths in it are relative to the file. Everything that is wrong is
 * reported at once, one sentence each; nothing is thrown.
 */
export function loadWebConfig(file: string): WebConfigResult {
  const source = readText(file);
  if ('reason' in source) return { files: [file], problems: [`${file}: ${source.reason}`] };
  const parsed = parseWebConfig(source.text);
  if ('problems' in parsed) return { files: [file], problems: parsed.problems.map((problem) => `${file}: ${problemText(problem)}`) };
  const { tls, ...config } = parsed;
  if (tls === undefined) return { files: [file], config };

  const problems: string[] = [];
  const files = [file];
  const contents = (inline: string | undefined, name: string | undefined): string | undefined => {
    if (name === undefined) return inline;
    const path = resolve(dirname(file), name);
    files.push(path);
    const read = readText(path);
    if ('text' in read) return read.text;
    problems.push(`${path}: ${read.reason}`);
    return undefined;
  };
  const context: SecureContextOptions = {
    ...tls.options,
    cert: contents(tls.settings.cert, tls.settings.cert_file),
    key: contents(tls.settings.key, tls.settings.key_file),
    ca: contents(tls.settings.client_ca, tls.settings.client_ca_file),
  };
  const unusable = problems.length > 0 ? undefined : contextProblem(context);
  if (unusable !== undefined) problems.push(`${file}: tls_server_config: ${unusable}`);
  return problems.length > 0
    ? { files, problems }
    : { files, config: { ...config, tls: { context, clientAuth: tls.settings.client_auth_type } } };
}

/** Checks the text of a web config file; reads none of the files that it names. */
export function parseWebConfig(text: string): ParsedWebConfig | { problems: readonly Problem[] } {
  const document = parseDocument(text);
  const wrong = document.errors[0];
  if (wrong !== undefined) return { problems: [{ path: '', message: `is not YAML: ${wrong.message.split('\n')[0]}` }] };
  const parsed = File.safeParse(document.toJS() ?? {});
  if (!parsed.success) return { problems: parsed.error.issues.flatMap(problemsOf) };
  const { tls_server_config: settings, http_server_config: server, basic_auth_users: users } = parsed.data;
  return {
    tls: settings && { settings, options: tlsOptions(settings) },
    headers: Object.fromEntries(
      Object.entries(server?.headers ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    users: new Map(Object.entries(users ?? {})),
    ignored: server?.http2 === true ? ['http_server_config.http2'] : [],
  };
}

/** Changes when one of the files is written, replaced, removed or comes back. */
export function fingerprint(files: readonly string[]): string {
  return files.map(fingerprintOf).join();
}

function fingerprintOf(file: string): string {
  try {
    const stat = statSync(file);
    return `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
  } catch {
    return 'gone';
  }
}

function tlsOptions(settings: TlsSettings): SecureContextOptions {
  const { cipher_suites: suites, curve_preferences: curves } = settings;
  return {
    minVersion: VERSION[settings.min_version],
    maxVersion: VERSION[settings.max_version],
    honorCipherOrder: settings.prefer_server_cipher_suites,
    ...(suites && { ciphers: [...TLS13_CIPHERS, ...suites.map((name) => CIPHER_SUITES.openssl[name])].join(':') }),
    ...(curves && { ecdhCurve: curves.map((name) => CURVES.openssl[name]).join(':') }),
  };
}

/** Why OpenSSL refuses certificate, key or settings. */
function contextProblem(context: SecureContextOptions): string | undefined {
  try {
    createSecureContext(context);
    return undefined;
  } catch (error) {
    return `certificate and key cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The problems of one finding of the schema. Values are left out, for they may be secret. */
function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const at: Path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = closest(key, KNOWN[pathText(at)] ?? []);
      return {
        path: pathText([...at, key]),
        message: NOT_HERE[key] ?? 'unknown key',
        ...(meant && { suggestion: `did you mean ${meant}?` }),
      };
    });
  }
  return [{ path: pathText(at), message: issue.message }];
}
