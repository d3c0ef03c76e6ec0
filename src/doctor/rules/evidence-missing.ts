import { gapFindings } from '../gaps.ts';
import type { Rule } from '../rule.ts';

export const evidenceMissing: Rule = {
  id: 'evidence-missing',
  severity: 'high',
  needs: ['always'],
  title: 'something that the files name was not found, read or understood',
  check(setup) {
    return gapFindings(
      setup,
      'evidence',
      'What is there was not judged: without this finding the result would look better than it is known to be.',
    );
  },
};
