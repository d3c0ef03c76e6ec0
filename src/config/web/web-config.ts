import { createPrivateKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { readText } from '../../source/file.ts';
import { certificatesFault, certificatesIn } from '../../source/pem.ts';
import { problemText } from '../../source/problem.ts';
import { CIPHER_SUITES, CURVES, TLS13_CIPHERS } from './ciphers.ts';
import { type ClientAuth, parseWebConfig, type RateLimit, type TlsSettings } from './schema.ts';

/** A web config file that was read, checked and found usable, with the contents of the files that it names. */
export interface WebConfig {
  tls?: { context: SecureContextOptions; clientAuth: ClientAuth } | undefined;
  headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user; empty when nobody has to log in. */
  users: ReadonlyMap<string, string>;
  /** Settings that are accepted and have no effect here. */
  rateLimit?: RateLimit | undefined;
  ignored: readonly string[];
}

/** What reading a web config file gave, and the paths of all files that it rests on: they change it when they change. */
export type WebConfigResult = { files: readonly string[] } & ({ config: WebConfig } | { problems: readonly string[] });

const VERSION = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const satisfies Record<string, SecureVersion>;

/**
 * Reads a web config file of the Prometheus exporter toolkit
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md) with the
 * certificates that it names. Paths in it are relative to the file. Everything that is wrong is
 * reported at once, one sentence each; nothing is thrown.
 */
export async function loadWebConfig(file: string): Promise<WebConfigResult> {
  const source = await readText(file);
  if ('reason' in source) return { files: [file], problems: [`${file} ${source.reason}`] };
  const parsed = parseWebConfig(source.text, file);
  if (Array.isArray(parsed)) return { files: [file], problems: parsed.map(problemText) };
  const { tls, ...config } = parsed;
  if (tls === undefined) return { files: [file], config };

  const problems: string[] = [];
  const files = [file];
  const contents = async (inline: string | undefined, name: string | undefined): Promise<string | undefined> => {
    if (name === undefined) return inline;
    const path = resolve(dirname(file), name);
    files.push(path);
    const read = await readText(path);
    if ('text' in read) return read.text;
    problems.push(`${path} ${read.reason}`);
    return undefined;
  };
  const pem = {
    cert: await contents(tls.cert, tls.cert_file),
    key: await contents(tls.key, tls.key_file),
    ca: await contents(tls.client_ca, tls.client_ca_file),
  };
  const context: SecureContextOptions = { ...tlsOptions(tls), ...pem };
  const unusable = problems.length > 0 ? undefined : (pemProblem(pem) ?? contextProblem(context));
  if (unusable !== undefined) problems.push(`${file}: tls_server_config: ${unusable}`);
  return problems.length > 0 ? { files, problems } : { files, config: { ...config, tls: { context, clientAuth: tls.client_auth_type } } };
}

/** Changes when one of the files is written, replaced, removed or comes back. */
export async function fingerprint(files: readonly string[]): Promise<string> {
  return (await Promise.all(files.map(fingerprintOf))).join();
}

async function fingerprintOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${ino}:${size}:${mtimeNs}:${ctimeNs}`;
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

/**
 * Why certificate and key are no pair that a handshake could use. OpenSSL takes an empty text for one that is not there.
 * Without a certificate every handshake fails. Without authorities of its own, a client is trusted when one of the system
 * vouches for it.
 */
function pemProblem({
  cert,
  key,
  ca,
}: {
  cert?: string | undefined;
  key?: string | undefined;
  ca?: string | undefined;
}): string | undefined {
  const certificate = certificatesFault(cert ?? '');
  if (certificate !== undefined) return `the certificate ${certificate}`;
  const authority = ca === undefined ? undefined : certificatesFault(ca);
  if (authority !== undefined) return `the client CA ${authority}`;
  try {
    const fits = certificatesIn(cert ?? '')[0]?.checkPrivateKey(createPrivateKey(key ?? ''));
    return fits ? undefined : 'the key does not belong to the certificate';
  } catch {
    return 'the key holds no private key in PEM form that can be read without a passphrase';
  }
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
