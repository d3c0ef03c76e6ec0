import { describeThese } from './once.ts';
import { PAIRS } from './pairs.ts';

/** Those in which the noise of a narrow user, or the second fault, was once taken for the cause of the first. */
const SOME = [
  'out of memory with noeviction, narrow user',
  'read-only replica, narrow user',
  'user without SET and out of memory with noeviction',
  'password rotated and out of memory with noeviction',
];

await describeThese(
  '1.110.2',
  'two faults at once',
  PAIRS.filter(({ name }) => SOME.includes(name)),
);
