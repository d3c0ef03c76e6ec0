import type { Path } from '../../../source/problem.ts';
import { withoutBrackets } from '../../../source/url.ts';
import type { Place } from '../../place.ts';
import type { ComposeService } from '../../setup.ts';
import { asText } from '../tree.ts';

type Port = ComposeService['ports'][number];

const SHORT = /^(?:(\[[^\]]+\]|\d+\.\d+\.\d+\.\d+):)?(?:([\d-]*):)?([\d-]+)(?:\/\w+)?$/;

/** The published ports of a compose service, short or long form; without an address they listen on all interfaces. */
export function portsOf(value: unknown, at: (path: Path) => Place): Port[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown, index): Port[] => {
    const place = at(['ports', index]);
    if (entry !== null && typeof entry === 'object') return long(entry, place);
    const [, host, published, target] = SHORT.exec(asText(entry)) ?? [];
    if (target === undefined) return [];
    return [{ host: host === undefined ? '0.0.0.0' : withoutBrackets(host), published: published || undefined, target, place }];
  });
}

function long(entry: object, place: Place): Port[] {
  const { target, published, host_ip } = { target: undefined, published: undefined, host_ip: undefined, ...entry };
  if (target === undefined) return [];
  return [
    {
      host: host_ip === undefined ? '0.0.0.0' : asText(host_ip),
      published: published === undefined ? undefined : asText(published),
      target: asText(target),
      place,
    },
  ];
}
