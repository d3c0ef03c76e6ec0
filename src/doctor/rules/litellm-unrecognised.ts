import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const litellmUnrecognised: Rule = {
  id: 'litellm-unrecognised',
  severity: 'high',
  needs: ['compose', 'kubernetes'],
  title: 'no container is known to run LiteLLM, and one of them may',
  check({ gateways, services, workloads, litellm }) {
    if (gateways.length > 0) return [];
    const candidates = [
      ...services.map(({ name, image, maybe, gaps, place, tree }) => ({
        name: `service ${name}`,
        maybe,
        unbuilt: gaps.length > 0 && tree.build !== undefined && (litellm !== undefined || /litellm/i.test(`${name} ${image ?? ''}`)),
        place: place(['image']),
      })),
      ...workloads.flatMap(({ containers }) =>
        containers.map(({ name, maybe, place }) => ({ name: `container ${name}`, maybe, unbuilt: false, place })),
      ),
    ];
    return candidates.flatMap(({ name, maybe, unbuilt, place }): Finding[] => {
      // Other programs listen on port 4000 too.
      const weak = maybe === undefined || (maybe.includes('port 4000') && litellm === undefined);
      if (weak && !unbuilt) return [];
      const why = maybe ?? 'the Dockerfile that it is built from was not found';
      return [
        {
          place,
          message: `${name} may run LiteLLM: ${why}; nothing else says so`,
          consequence:
            'What the container is given was not taken for the environment of LiteLLM, so its settings and its password were not judged.',
          fix: 'name the program in its command (litellm --config FILE), or give the doctor the Dockerfile, so that it is clear',
        },
      ];
    });
  },
};
