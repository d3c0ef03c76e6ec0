import { readFileSync } from 'node:fs';
import type { GatewayRelease } from '../../dev/gateway.ts';

/** An answer that a real gateway gave, recorded without its secrets. */
export interface RecordedAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The recorded answer of a release, by its file name without the extension. */
export function recorded(release: GatewayRelease, name: string): RecordedAnswer {
  return JSON.parse(readFileSync(new URL(`../fixtures/litellm-${release}/${name}.json`, import.meta.url), 'utf8'));
}
