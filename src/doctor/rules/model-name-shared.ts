import { isSection } from '../../source/section.ts';
import { cacheIsOn } from '../facts/cache-settings.ts';
import { literal, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** Providers whose deployment names are free text. */
const FREE_NAMES = ['azure', 'azure_ai', 'sagemaker', 'hosted_vllm', 'vllm', 'ollama', 'huggingface', 'custom', 'litellm_proxy'];

export const modelNameShared: Rule = {
  id: 'model-name-shared',
  severity: 'medium',
  needs: ['litellm'],
  title: 'one model_name is used for different models, whose answers then share the cache',
  check(setup) {
    const { litellm } = setup;
    const list = litellm?.tree.model_list;
    if (litellm === undefined || !cacheIsOn(setup) || !Array.isArray(list)) return [];
    const first = new Map<string, { family: string; index: number }>();
    return list.flatMap((entry: unknown, index): Finding[] => {
      if (!isSection(entry)) return [];
      const name = literal(entry.model_name);
      const family = familyOf(literal(section(entry, 'litellm_params')?.model));
      if (name === undefined || family === undefined) return [];
      const before = first.get(name);
      if (before === undefined) first.set(name, { family, index });
      if (before === undefined || before.family === family) return [];
      return [
        {
          place: litellm.place(['model_list', index, 'model_name']),
          message: `model_name ${JSON.stringify(name)} is used for ${before.family} and for ${family}`,
          consequence: 'The cache key holds the model_name, not the deployment: an answer of one model is served for the other.',
          fix: 'give unlike models names of their own, and route between them with fallbacks',
          related: [{ place: litellm.place(['model_list', before.index, 'model_name']), message: before.family }],
        },
      ];
    });
  },
};

/** `openai/gpt-4o-2024-08-06` and `gpt-4o` are the family `gpt`. */
function familyOf(model: string | undefined): string | undefined {
  if (model === undefined || model.includes('*') || FREE_NAMES.includes(model.split('/')[0] ?? '')) return undefined;
  const name = model.split('/').at(-1)?.split('.').at(-1) ?? '';
  return /^[a-z]+/i.exec(name)?.[0].toLowerCase();
}
