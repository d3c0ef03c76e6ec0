import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';
import { cacheParams, cacheType, paramPath } from '../subject/cache-settings.ts';
import { image } from '../subject/image.ts';
import { redisServers, serverRelease } from '../subject/redis-server.ts';
import { isSection, known, literal, quantity } from '../subject/value.ts';

const LEAST = 0.85;

export const semanticCache: Rule = {
  id: 'semantic-cache',
  severity: 'high',
  needs: ['litellm'],
  title: 'the semantic cache answers other questions, or has no server or model to work with',
  check(setup) {
    const { litellm } = setup;
    const params = cacheParams(setup);
    const type = cacheType(setup);
    if (litellm === undefined || params === undefined || !type?.endsWith('-semantic')) return [];
    const similarity = quantity(known(setup, params.similarity_threshold));
    const findings: Finding[] = [];
    if (similarity !== undefined && similarity < LEAST) {
      findings.push({
        place: litellm.place(paramPath('similarity_threshold')),
        message: `similarity_threshold is ${similarity}`,
        consequence: 'Questions that only look alike get the answer of one another.',
        fix: 'set it to 0.9 or more, and test it with questions that must not match',
      });
    }
    return [...findings, ...embeddingModel(setup, type), ...(type === 'redis-semantic' ? server(setup) : [])];
  },
};

function embeddingModel(setup: Setup, type: string): Finding[] {
  const { litellm } = setup;
  const list = litellm?.tree.model_list;
  const key = `${type.replace('-', '_')}_cache_embedding_model`;
  const model = known(setup, cacheParams(setup)?.[key]);
  if (litellm === undefined || !Array.isArray(list) || model === undefined || model.includes('/')) return [];
  if (list.some((entry: unknown) => isSection(entry) && literal(entry.model_name) === model)) return [];
  return [
    {
      place: litellm.place(paramPath(key)),
      message: `the embedding model ${JSON.stringify(model.slice(0, 60))} is not in model_list`,
      consequence: 'LiteLLM asks OpenAI directly for it, with the key of its environment, or every look-up fails.',
      fix: 'add it to model_list',
      severity: 'medium',
    },
  ];
}

function server(setup: Setup): Finding[] {
  return redisServers(setup).flatMap((redis): Finding[] => {
    const release = serverRelease(redis);
    const searches = /stack|bundle/.test(image(redis.service.image ?? '').name) || redis.options.has('loadmodule');
    if (searches || release === undefined || release[0] >= 8) return [];
    return [
      {
        place: redis.service.place(['image']),
        message: `service ${redis.service.name} has no search module`,
        consequence: 'unknown command FT.CREATE: the semantic cache fails at its start.',
        fix: 'use redis:8 or redis/redis-stack-server',
      },
    ];
  });
}
