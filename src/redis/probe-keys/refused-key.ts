/** Longer names are not LiteLLM's. */
const MAX_KEY_CHARACTERS = 512;

const SHAPES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /^(?:[^:{}]{1,64}:)?\{(api_key|user|team|team_member|end_user|organization|model_per_key|model_per_team|priority_model|model_saturation_check):[^{}]*\}:(tokens|requests|max_parallel_requests|window)$/,
    ([, subject = '', limit = '']) => `{${subject}:…}:${limit}`,
  ],
  [/:(tpm|rpm):\d{2}-\d{2}$/, ([, unit = '']) => `…:${unit}:…`],
  [/^deployment:[^{}]*:cooldown$/, () => 'deployment:…:cooldown'],
  [/^(provider|deployment|tag)_(spend|budget_start_time):/, ([, subject = '', kind = '']) => `${subject}_${kind}:…`],
  [/^spend:(key|user|team|team_member|end_user|org|tag):/, ([, subject = '']) => `spend:${subject}:…`],
  [/^(?:[^:{}]{1,64}:){0,2}[0-9a-f]{64}$/, () => 'of a cached answer'],
];

/**
 * What kind of key was refused, in words of a closed set (`{api_key:…}:tokens`), so that a pattern for it can be granted;
 * `key` where the name is not one that LiteLLM gives. The parts that name users, keys and models are left out.
 */
export function shapeOfKey(name: string): string {
  if (name.length > MAX_KEY_CHARACTERS) return 'key';
  for (const [pattern, shape] of SHAPES) {
    const match = pattern.exec(name);
    if (match !== null) return shape(match);
  }
  return 'key';
}
