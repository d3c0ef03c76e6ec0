import { readText } from '../../source/file.ts';
import { pemFault } from '../../source/pem.ts';
import type { TlsConfig } from '../effective.ts';

/** What a `tls` section is to node:tls and node:https, but for the name that is expected. */
export interface TlsOptions {
  rejectUnauthorized: boolean;
  ca?: string;
  cert?: string;
  key?: string;
}

/** The key of a file that cannot be used, and why: `PATH reason`. */
export interface TlsFault {
  key: string;
  fault: string;
}

/** The options of a section. Files are read at each call, so that renewed ones are used. */
export async function tlsOptions(tls: TlsConfig | undefined): Promise<TlsOptions | TlsFault> {
  const options: TlsOptions = { rejectUnauthorized: tls?.insecure_skip_verify !== true };
  for (const name of ['ca', 'cert', 'key'] as const) {
    const key = `${name}_file` as const;
    const path = tls?.[key];
    if (path === undefined) continue;
    const read = await readText(path);
    if ('reason' in read) return { key, fault: `${path} ${read.reason}` };
    const reason = pemFault(read.text, name === 'key' ? 'private key' : 'certificate');
    if (reason !== undefined) return { key, fault: `${path} ${reason}` };
    options[name] = read.text;
  }
  return options;
}
