import type { Range } from './range.ts';

/**
 * Secrets that are known by their form: keys of OpenAI and LiteLLM, AWS, GitHub, GitLab, Google, Hugging Face and Slack, tokens of JSON
 * Web Token, and what stands behind `Bearer` or `Basic`. A master key of LiteLLM is any text that begins with `sk-`. The first group is
 * the secret, where there is one.
 */
const SHAPES = [
  /(?<![A-Za-z\d_])sk-[^\s"'`<>()[\]{},;\\]{4,256}/g,
  /(?<![A-Za-z\d_])(?:AKIA|ASIA)[A-Z\d]{12,124}/g,
  /(?<![A-Za-z\d_])(?:gh[opsur]_|github_pat_|glpat-|hf_|gsk_|xai-|r8_)\w{16,256}/g,
  /(?<![A-Za-z\d_])AIza[\w-]{30,60}/g,
  /(?<![A-Za-z\d_])xox[a-z]-[\w-]{10,256}/g,
  /(?<![A-Za-z\d_])eyJ[\w-]{8,4096}(?:\.[\w-]{0,4096}){1,4}/g,
  /(?<![A-Za-z\d_])(?:bearer|basic)[ \t]{1,4}([\w.~+/=:-]{4,4096})/gi,
  /(?<![A-Za-z\d_])#([\da-f]{64})(?![\da-f])/gi,
] as const;

/** Words that stand behind `bearer` and `basic` in sentences. */
const WORD = /^(?:auth|authentication|authorization|credentials?|tokens?|header|key)$/i;

/** Where a text holds a secret that its form gives away. */
export function shapes(text: string): Range[] {
  return SHAPES.flatMap((shape) =>
    [...text.matchAll(shape)].flatMap(({ 0: whole, 1: secret = whole, index }) => {
      const from = index + whole.length - secret.length;
      return WORD.test(secret) ? [] : [{ from, to: from + secret.length }];
    }),
  );
}
