import { ROUTE } from '../../src/model/cache.ts';
import { answerOf } from '../../src/origin/answer.ts';
import { readAsked } from '../../src/origin/asked.ts';
import { differences } from '../../src/origin/compare.ts';
import type { OriginKeys } from '../../src/origin/stamp.ts';
import { eventsOf, prescribedBody } from '../../src/origin/wire/index.ts';
import { contentOf, readContent } from '../../src/pairs/content.ts';
import { PROBERS } from '../../src/pairs/index.ts';
import { mutated } from './random.ts';
import type { Target } from './target.ts';

const KEYS: OriginKeys = ['a key'];
const NONCE = 'f'.repeat(32);
const STAMP = { nonce: NONCE, number: '0123456789abcdef'.repeat(2) };

/** A pair of each route, with the answer that its first request got. */
const PAIRS = ROUTE.map((route) => {
  const prober = PROBERS[route];
  const request = prober.body('m', NONCE, undefined);
  const asked = readAsked(prober.api, request);
  if ('problem' in asked) throw new Error(asked.problem);
  const answer =
    prober.api !== 'embeddings' && asked.stream
      ? eventsOf(prober.api, answerOf(STAMP, asked, KEYS), asked).join('')
      : JSON.stringify(prescribedBody(prober.api, STAMP, asked, KEYS));
  const context = { prober, nonce: NONCE, request, instance: 'i', keys: KEYS };
  return { context, answer, first: contentOf(answer, context) };
});
const [FIRST = '', ...REST] = PAIRS.map(({ answer }) => answer);

export const CONTENT_TARGETS: readonly Target[] = [
  {
    name: 'origin-contents',
    cases: 200,
    generate: (random) => mutated([FIRST, ...REST], random),
    run(input) {
      for (const { context, first } of PAIRS) {
        const duplicate = contentOf(input.toString(), context);
        const read = readContent({ first: 'hit', duplicate: 'hit', labelled: true }, first, duplicate, context);
        const acts = differences(context.prober.api, first.body, duplicate.body).some((difference) => difference.acts);
        if (read.duplicate === 'hit' && read.differs === undefined && acts)
          throw new Error('A changed answer is taken for the one that was stored.');
      }
    },
  },
];
