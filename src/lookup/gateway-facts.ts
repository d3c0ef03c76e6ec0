import { failed, type Gateway } from '../litellm/gateway.ts';
import { at, parseJson } from '../litellm/json.ts';
import { type Deployment, readDeployments } from './deployment.ts';
import { NO_SETTINGS, type RouterSettings, readRouterSettings } from './router-settings.ts';

/** What a gateway tells of its models without asking one. Nothing but names and parameters is kept of its answers. */
export interface GatewayFacts {
  /** What is behind the models that the exporter's key may use; undefined where the gateway does not tell. */
  deployments(signal: AbortSignal): Promise<readonly Deployment[] | undefined>;
  /** What of its router decides keys; nothing where the exporter's key may not ask for that. */
  settings(signal: AbortSignal): Promise<RouterSettings>;
  /** Whether a model takes the question for the usage of a stream; undefined where the gateway does not tell. */
  takesUsage(model: string, signal: AbortSignal): Promise<boolean | undefined>;
}

/** Nothing is asked before the first question, and each of them once. */
export function createGatewayFacts(gateway: Gateway): GatewayFacts {
  const asked = new Map<string, Promise<string | undefined>>();

  function ask(path: string, signal: AbortSignal): Promise<string | undefined> {
    const known = asked.get(path) ?? bodyOf(path, signal);
    asked.set(path, known);
    return known;
  }

  async function bodyOf(path: string, signal: AbortSignal): Promise<string | undefined> {
    const reply = await gateway.send({ method: 'GET', path, authenticated: true }, signal);
    return failed(reply) ? undefined : reply.body;
  }

  return {
    async deployments(signal) {
      const body = await ask('/model/info', signal);
      return body === undefined ? undefined : readDeployments(body);
    },
    async settings(signal) {
      const body = await ask('/router/settings', signal);
      return body === undefined ? NO_SETTINGS : readRouterSettings(body);
    },
    async takesUsage(model, signal) {
      const groups = at(parseJson((await ask('/model_group/info', signal)) ?? ''), 'data');
      const own = Array.isArray(groups) ? groups.find((group) => at(group, 'model_group') === model) : undefined;
      const parameters = at(own, 'supported_openai_params');
      return Array.isArray(parameters) ? parameters.includes('stream_options') : undefined;
    },
  };
}
