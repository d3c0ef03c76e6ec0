import { parseVersion } from '../../source/version.ts';
import { gateways } from '../facts/gateway.ts';
import { image } from '../facts/image.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const releaseNotPinned: Rule = {
  id: 'release-not-pinned',
  severity: 'low',
  needs: ['compose', 'kubernetes'],
  title: 'the image of LiteLLM changes by itself',
  check(setup) {
    return gateways(setup).flatMap(({ name, image: reference, imagePlace }): Finding[] => {
      if (reference === undefined) return [];
      const { tag, pinned } = image(reference);
      if (pinned || (tag !== undefined && parseVersion(tag) !== undefined)) return [];
      return [
        {
          place: imagePlace,
          message: `container ${name} runs ${tag === undefined ? 'whatever latest is' : `the moving tag ${tag}`}`,
          consequence:
            'Each pull can change how settings are resolved: 1.93.0 turned the order of REDIS_URL and host around, and could not write through a redis:// url.',
          fix: 'name a release, such as v1.104.2, best with its digest',
        },
      ];
    });
  },
};
