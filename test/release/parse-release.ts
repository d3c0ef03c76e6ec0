import type { GatewayRelease } from '../../dev/gateway.ts';

/** A release as the command line has it; throws with what to write instead. */
export function parseRelease(text: string): GatewayRelease {
  const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})$/.exec(text) ?? [];
  if (patch === undefined) throw new TypeError(`"${text}" is no release of LiteLLM: write three numbers, as in 1.110.2`);
  return `${Number(major)}.${Number(minor)}.${Number(patch)}`;
}
