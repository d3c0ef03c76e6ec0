import type { Range } from './range.ts';

/**
 * Secrets that are known by their form. These are keys of OpenAI, Anthropic, LiteLLM, AWS, GitHub, GitLab, Google, Hugging
 * Face, Groq, xAI, Slack and others, JSON Web Tokens and private keys. What is behind `Bearer` or `Basic` is one as well. A
 * master key of LiteLLM is any text that begins with `sk-`. The first group is the secret, where there is one. `hint` is what
 * a text with such a secret holds: most texts are told apart by it without an expression.
 */
const SHAPES = [
  { hint: /[spr]k-/, shape: /(?<![A-Za-z\d_])[spr]k-[^\s"'`<>()[\]{},;\\]{4,4096}/g },
  { hint: /A[KS]IA/, shape: /(?<![A-Za-z\d_])(?:AKIA|ASIA)[A-Z\d]{12,124}/g },
  {
    hint: /gh[opsur]_|github_pat_|glpat-|gl(?:dt|rt|cbt|ptt|ft|soat|imt|agent)-/,
    shape: /(?<![A-Za-z\d_])(?:gh[opsur]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent)-)[\w.-]{11,4096}[\w-]/g,
  },
  {
    hint: /(?:hf|gsk|r8|fw|whsec|sbp|glsa|glc|live|test|prod|npm|v1|sk|pt)_|(?:xai|nvapi|pplx|tvly|csk|pypi|jina|voyage)-|(?:hv[sbr]|SG|ya29|dp)\./,
    shape:
      /(?<![A-Za-z\d_])(?:hf_|gsk_|r8_|fw_|whsec_|sbp_|glsa_|glc_|[spr]k_(?:live|test|prod)_|npm_|dop_v1_|lsv2_(?:pt|sk)_|xai-|nvapi-|pplx-|tvly-|csk-|pypi-|hv[sbr]\.|SG\.|ya29\.|dp\.(?:pt|st|ct|sa)\.)(?=[\w.-]{0,64}\d)[\w.-]{11,4096}[\w-]/g,
  },
  { hint: /AIza/, shape: /(?<![A-Za-z\d_])AIza[\w-]{30,60}/g },
  { hint: /dapi[\da-f]/, shape: /(?<![A-Za-z\d_])dapi[\da-f]{32}(?:-\d)?/g },
  { hint: /xox|xapp-/, shape: /(?<![A-Za-z\d_])(?:xox[a-z]|xapp)-[\w.-]{10,256}/g },
  { hint: /eyJ/, shape: /(?<![A-Za-z\d_])eyJ[\w-]{8,4096}(?:\.[\w-]{0,4096}){0,4}/g },
  { hint: /bearer|basic/i, shape: /(?<![A-Za-z\d_])(?:bearer|basic)(?:[ \t+]|%20){1,4}([\w.~+/=:%-]{4,4096})/gi },
  { hint: /#[\da-f]/i, shape: /(?<![A-Za-z\d_])#([\da-f]{64})(?![\da-f])/gi },
  { hint: /PRIVATE KEY-----/, shape: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----((?:(?!-----END)[\s\S]){1,16384})/g },
] as const;

/** Words that stand behind `bearer` and `basic` in sentences. */
const WORD = /^(?:auth|authentication|authorization|credentials?|tokens?|header|key)$/i;

/** Where a text holds a secret that its form gives away. */
export function shapes(text: string): Range[] {
  const ranges: Range[] = [];
  for (const { hint, shape } of SHAPES) {
    if (!hint.test(text)) continue;
    for (const { 0: whole, 1: secret = whole, index } of text.matchAll(shape)) {
      const from = index + whole.length - secret.length;
      if (!WORD.test(secret)) ranges.push({ from, to: from + secret.length });
    }
  }
  return ranges;
}
