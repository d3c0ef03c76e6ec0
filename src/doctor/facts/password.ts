/** Passwords of documentation, examples and issues; every list of guesses begins with such. */
export const SAMPLES: ReadonlySet<string> = new Set([
  'admin',
  'changeme',
  'change-me',
  'change_me',
  'default',
  'example',
  'foobared',
  'litellm',
  'litellmisamazing',
  'litellm_redis_pwd',
  'mypassword',
  'pass',
  'password',
  'password123',
  'qwerty',
  'redis',
  'redispassword',
  'redis_password',
  'root',
  'secret',
  'secret_password',
  'sk-1234',
  'test',
  'your-password',
  'your-redis-password',
  'your_password',
  'your_redis_password',
  '123456',
]);

/** Redis answers many thousand guesses a second, so its passwords are longer than those that people type. */
const MIN_LENGTH = 20;
const MIN_BITS = 64;

/** Why a password can be guessed, in words that do not describe it further; undefined for a strong one. */
export function weakness(password: string): string | undefined {
  if (SAMPLES.has(password.toLowerCase())) return 'is a sample of public documentation';
  if (password.length < MIN_LENGTH) return `is shorter than ${MIN_LENGTH} characters`;
  if (bits(password) < MIN_BITS) return 'repeats a few characters';
  return undefined;
}

/** The information in a text if its characters were drawn independently with the frequencies that they have in it. */
function bits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...text].length;
  return [...counts.values()].reduce((sum, count) => sum - count * Math.log2(count / length), 0);
}
