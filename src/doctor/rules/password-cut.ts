import type { Rule } from '../rule.ts';

export const passwordCut: Rule = {
  id: 'password-cut',
  severity: 'high',
  needs: ['compose'],
  title: 'Docker Compose takes a part of a password for a variable',
  check({ cuts }) {
    return cuts.map(({ name, place }) => ({
      place,
      message: `${name} holds a dollar sign, and Compose replaces the word behind it by nothing`,
      consequence:
        'The container gets the password without that part. A Redis server that was started in another way has the whole password, and then answers WRONGPASS.',
      fix: 'write $$ for each dollar sign in a compose file, and put the value into single quotes in a .env or env_file',
    }));
  },
};
