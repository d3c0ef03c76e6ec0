import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeOfKey } from '../../../../src/redis/probe-keys/refused-key.ts';

describe('the shape of a refused key', () => {
  it.each([
    ['{api_key:sk-secret}:tokens', '{api_key:…}:tokens'],
    ['litellm:{end_user:alice@example.org}:requests', '{end_user:…}:requests'],
    ['{model_per_key:4e7b69c1:gpt-4}:tokens', '{model_per_key:…}:tokens'],
    ['global_router:one:openai/gpt-4:rpm:05-19', '…:rpm:…'],
    ['deployment:one:cooldown', 'deployment:…:cooldown'],
    ['provider_spend:openai:1d', 'provider_spend:…'],
    ['provider_budget_start_time:openai', 'provider_budget_start_time:…'],
    ['spend:team_member:alice:team', 'spend:team_member:…'],
    [`litellm:${'a'.repeat(64)}`, 'of a cached answer'],
    ['my-password', 'key'],
    ['{my-password:x}:tokens', 'key'],
    ['x'.repeat(1_000_000), 'key'],
  ])('%#: is told without what names anybody', (name, shape) => {
    expect(shapeOfKey(name)).toBe(shape);
  });

  it('shows nothing of any other name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 4 }),
        (text) => !shapeOfKey(`{api_key:${text}}:tokens`).includes(text) || /^[:{}…a-z_]+$/.test(text),
      ),
    );
  });
});
