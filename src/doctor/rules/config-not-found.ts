import { gapFindings } from '../gaps.ts';
import type { Rule } from '../rule.ts';

export const configNotFound: Rule = {
  id: 'config-not-found',
  severity: 'high',
  needs: ['always'],
  title: 'the configuration that LiteLLM is started with was not found',
  check(setup) {
    return gapFindings(
      setup,
      'configuration',
      'Nothing in that file was judged: which Redis LiteLLM uses, and with which password, is not known.',
    );
  },
};
