import type { GatewayConfig } from '../../config/effective.ts';
import type { AskedKey } from '../../explain/asker.ts';
import type { GatewayStatus } from '../../model/status.ts';
import { gatewaySentence, VERDICT_WORDS } from '../../text/words.ts';
import { GATEWAY_FAILURE_PROSE } from '../../verdict/pair-words.ts';
import type { Session } from './session.ts';

/** What a report says of how it came about. */
export interface About {
  readonly gateway: string;
  readonly version: string | undefined;
  readonly model: string;
  readonly toldBy: 'writes' | 'hits' | undefined;
  /** Why the server did not tell of writes. */
  readonly untold: string | undefined;
  readonly sent: number;
  readonly spentUsd: number;
}

/** How a session has gone until now. */
export function aboutOf({ name, model }: GatewayConfig, { status, asker, untold, spent }: Session): About {
  return { gateway: name, version: status.version, model, toldBy: asker.toldBy, untold, sent: asker.sent, spentUsd: spent() };
}

/** The last lines of a report: how the keys were told, and what it cost. */
export function aboutLines({ toldBy, untold, sent, spentUsd }: About): string[] {
  const how =
    toldBy === 'writes'
      ? 'The gateway decided: Redis told the names of the keys that it wrote'
      : `The gateway decided: the keys are those of hits${untold === undefined ? '' : ` (${untold})`}`;
  const cost = spentUsd > 0 ? `, $${Number(spentUsd.toPrecision(3))} spent` : '';
  return toldBy === undefined ? [] : [`${how}; ${sent} request${sent === 1 ? '' : 's'} sent${cost}.`];
}

/** What to tell of a gateway whose cache does not work as it should, before or instead of a report. */
export function stoppedLines(status: GatewayStatus, goesOn: boolean): string[] {
  const { name, verdict, evidence } = status;
  const first = `${name}: ${VERDICT_WORDS[verdict].title}. ${gatewaySentence(status)} ${evidence}`.trim();
  return goesOn
    ? [first]
    : [first, `No request has a cache key that counts while that is so: nothing was asked. See litellm-cache-exporter probe ${name}.`];
}

/** Why a request could not be asked about, after its name. */
export function refusedText(asked: Exclude<AskedKey, { kind: 'keyed' }>): string {
  switch (asked.kind) {
    case 'not_cached':
      return 'was answered and not stored: the gateway does not cache this API (supported_call_types), or its probe model is none for it';
    case 'too_dear':
      return 'was not sent: that would have cost more than --spend';
    case 'refused': {
      const status = asked.status === undefined ? '' : ` (HTTP ${asked.status})`;
      const words = asked.words === undefined ? '' : `; it says: ${asked.words}`;
      return `was refused: ${GATEWAY_FAILURE_PROSE[asked.failure]}${status}${words}`;
    }
  }
}
