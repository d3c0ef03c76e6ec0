import type { GatewayFailure } from '../model/cache.ts';
import { at, parseJson, text } from './json.ts';

/** One row: the statuses it covers, what the body's error says (type, code and message), and what that means. */
interface Rule {
  statuses: readonly number[] | 'any';
  says: RegExp;
  failure: GatewayFailure;
}

/**
 * How LiteLLM words its refusals, first match wins. The text is the type, the code and the message of the error. Read from
 * answers of LiteLLM 1.80.9 and 1.106.0; the fixtures of the tests hold them.
 */
const REFUSALS: readonly Rule[] = [
  // What a provider answered, or that the router has given up on it for a while, comes with any status.
  {
    statuses: 'any',
    says: /LiteLLM: model group |Received Model Group=|(?<!\w)\w{1,100}Exception - |No deployments available for selected model/,
    failure: 'provider',
  },
  { statuses: [400, 403], says: /Not allowed to set \S+ as a cache control/, failure: 'policy' },
  { statuses: [400, 404], says: /Invalid model name passed in/, failure: 'model' },
  // The words of other servers for a model or a deployment that does not exist, which some gateways pass on. A 404 without them is of the path.
  {
    statuses: [404],
    says: /model_not_(?:found|available)|\bDeploymentNotFound\b|\bdeployment\b[^\n]{0,100}does not exist/i,
    failure: 'model',
  },
  { statuses: [404], says: /\b(?:url|path|route|endpoint|page|resource|method)\b|\b(?:GET|POST) |(?:^|\s)\//i, failure: 'status' },
  {
    statuses: [404],
    says: /\bmodels?\b[^\n]{0,300}(?:not found|does not exist|not available)|^not_found_error [^\n]{0,300}\bmodel\b/i,
    failure: 'model',
  },
  { statuses: [529], says: /(?:)/, failure: 'provider' },
  { statuses: 'any', says: /^overloaded_error /, failure: 'provider' },
  { statuses: [401, 403], says: /key_model_access_denied|not allowed to access model|can only access models/, failure: 'model' },
  { statuses: [400, 401], says: /budget_exceeded|Budget has been exceeded|ExceededBudget/, failure: 'quota' },
  // Without a database a key other than the master key cannot be looked up.
  { statuses: [400], says: /no_db_connection/, failure: 'auth' },
  { statuses: [401, 403], says: /(?:)/, failure: 'auth' },
  { statuses: [429], says: /(?:)/, failure: 'quota' },
  { statuses: [408, 504], says: /(?:)/, failure: 'timeout' },
];

/** No refusal says in more characters what it means; the rest is what a provider or a proxy adds. */
const MAX_ERROR_CHARACTERS = 4_096;

/** What an answer with a status other than 2xx means. `status` where its text does not tell. */
export function refusal(status: number, body: string): GatewayFailure {
  const words = errorWords(parseJson(body));
  return REFUSALS.find((rule) => (rule.statuses === 'any' || rule.statuses.includes(status)) && rule.says.test(words))?.failure ?? 'status';
}

/** What the error of an answer says: its type, code and message. LiteLLM has them under `error`, FastAPI under `detail`, others at the top. */
function errorWords(answer: unknown): string {
  const error = at(answer, 'error') ?? at(answer, 'detail') ?? answer;
  const message = text(at(error, 'message')) ?? text(at(error, 'error')) ?? text(error) ?? '';
  const parts = [text(at(error, 'type')), message, text(at(error, 'code'))];
  return parts.map((part = '') => part.slice(0, MAX_ERROR_CHARACTERS)).join(' ');
}
