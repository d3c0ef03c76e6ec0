import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether certificates can be made here; with CI set the answer is yes, so that a lack fails there instead of being skipped. */
export function lacksOpenssl(): boolean {
  if (process.env.CI) return false;
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
}

/** A certificate with its key, as files and as text. */
export interface Certificate {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

/** What is odd about a certificate. */
interface Oddity {
  /** Its names, as openssl takes them, in place of localhost and 127.0.0.1. */
  names?: string;
  /** More extensions, such as `extendedKeyUsage=clientAuth`. */
  extensions?: readonly string[];
  /** Whether it may sign others. */
  signs?: boolean;
  /** The kind of its key, in place of an elliptic curve. */
  key?: readonly string[];
}

export interface Authority extends Certificate {
  sign(subject: string, oddity?: Oddity): Certificate;
  /** Signs one that was valid, or will be, between two times such as `20200101000000Z`. */
  dated(subject: string, from: string, to: string): Certificate;
}

/** Makes an authority and lets it sign: files NAME.crt and NAME.key in the directory. Valid for localhost and 127.0.0.1. */
export function certificateAuthority(directory: string, name: string): Authority {
  return authority(directory, make(directory, name, ['-addext', 'basicConstraints=critical,CA:TRUE']));
}

/** Lets a certificate sign, whether it may or not. */
export function authority(directory: string, certificate: Certificate): Authority {
  return {
    ...certificate,
    sign: (subject, { extensions = [], signs = false, ...oddity } = {}) => {
      const all = [`basicConstraints=critical,CA:${signs ? 'TRUE' : 'FALSE'}`, ...extensions].flatMap((one) => ['-addext', one]);
      return make(directory, subject, ['-CA', certificate.certFile, '-CAkey', certificate.keyFile, ...all], oddity);
    },
    dated: (subject, from, to) => dated(directory, certificate, subject, from, to),
  };
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
const NAMES = 'DNS:localhost,IP:127.0.0.1';

/** `openssl req` cannot choose the first day. */
function dated(directory: string, issuer: Certificate, name: string, from: string, to: string): Certificate {
  const file = (end: string) => join(directory, `${name}.${end}`);
  const [certFile, keyFile, request, config] = [file('crt'), file('key'), file('csr'), file('cnf')];
  const [index, serial] = [file('index'), file('serial')];
  const lines = [
    '[req]\ndistinguished_name = dn\n[dn]\n[ca]\ndefault_ca = one\n[one]',
    `new_certs_dir = ${directory}\ndatabase = ${index}\nserial = ${serial}`,
    'policy = any\ndefault_md = sha256\nx509_extensions = ext\n[any]\ncommonName = supplied\n[ext]',
    `subjectAltName = ${NAMES}\nbasicConstraints = critical,CA:FALSE\n`,
  ];
  writeFileSync(config, lines.join('\n'));
  writeFileSync(index, '');
  writeFileSync(serial, '1000\n');
  execFileSync(
    'openssl',
    ['req', '-new', '-config', config, ...CURVE, '-noenc', '-keyout', keyFile, '-out', request, '-subj', `/CN=${name}`],
    {
      stdio: 'pipe',
    },
  );
  const dates = ['-startdate', from, '-enddate', to, '-notext', '-batch'];
  const by = ['-cert', issuer.certFile, '-keyfile', issuer.keyFile];
  execFileSync('openssl', ['ca', '-config', config, ...by, '-in', request, '-out', certFile, ...dates], { stdio: 'pipe' });
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

function make(
  directory: string,
  name: string,
  options: readonly string[],
  { names: own = NAMES, key: kind = CURVE }: Oddity = {},
): Certificate {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const key = [...kind, '-noenc', '-keyout', keyFile];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${own}`];
  // Without a file of its own, openssl would add the defaults of the machine to the extensions.
  const config = join(directory, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  execFileSync('openssl', ['req', '-x509', '-config', config, '-days', '2', ...key, '-out', certFile, ...names, ...options], {
    stdio: 'pipe',
  });
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
