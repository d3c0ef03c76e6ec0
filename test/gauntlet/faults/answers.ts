import type { Fault } from '../fault.ts';
import { openAlteringFront } from '../front.ts';

/** What a cache does to answers, which only the origin behind the gateway shows. */
export const ANSWERS: readonly Fault[] = [
  {
    name: 'cache that gives back other answers than it was given',
    releases: 'either',
    async inject({ front, gateway, hold }) {
      const altering = await openAlteringFront(gateway('standard').port);
      hold(altering);
      front.to(altering.port);
    },
    // A shape that was found wrong has its next turn after minutes.
    async lift({ rollOut, letGo, forget }) {
      rollOut('standard');
      await letGo();
      await forget();
    },
    restore: ({ watch }) => watch(),
    expected: { verdict: 'wrong_answers', cause: 'answer_wrong' },
  },
];
