import { gauge, max } from './query.ts';
import { COLOUR, yesOrNo } from './states.ts';
import { timeline } from './timeline.ts';

/** Who gets whose answers, where tenants are configured. */
export const TENANT_ROW = {
  title: 'Tenants',
  panels: [
    timeline({
      title: 'Answers that cross from tenant to tenant',
      shows:
        'Whether the tenant behind the arrow got from the cache what the one before it had asked, as its last trial showed. Empty without gateways[].tenants.',
      act: 'with expect.sharing: isolated, *shared* is a verdict of wrong_answers: its runbook says how to keep tenants apart.',
      width: 24,
      height: 6,
      states: yesOrNo('shared', 'separate', COLOUR.note),
      queries: [{ of: max(['gateway', 'from', 'to'], gauge('llm.cache.tenants_shared')), legend: '{{gateway}} {{from}} → {{to}}' }],
      runbooks: ['CacheWrongAnswers'],
    }),
  ],
};
