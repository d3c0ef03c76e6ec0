import type { Config, GatewayConfig } from '../config/effective.ts';
import type { Route } from '../model/cache.ts';

/** The gateway of this name, the only one without a name, or a sentence about which there are. */
export function gatewayNamed(gateways: readonly GatewayConfig[], name: string | undefined): GatewayConfig | string {
  const names = gateways.map((gateway) => gateway.name).join(', ');
  if (gateways.length === 0) return 'no gateway is configured: give a configuration file with --config FILE, or --litellm-url';
  if (name === undefined) {
    const [only, another] = gateways;
    return only === undefined || another !== undefined ? `several gateways are configured: say which with --gateway NAME (${names})` : only;
  }
  return gateways.find((gateway) => gateway.name === name) ?? `no gateway is called ${name}; the configuration names ${names}`;
}

/** Whether requests to the probe model cost nothing. */
export function isFree({ origin, price_per_pair_usd: price }: GatewayConfig): boolean {
  return origin === true || price === 0;
}

/** Why a probe model that costs money is not asked yet, and what to do. */
export function priceSentence({ name, model, price_per_pair_usd: price }: GatewayConfig): string {
  const known = price === undefined ? 'its price is not known' : `a request is configured to cost up to $${price}`;
  return `the model ${model} of ${name} costs money (${known}): say with --spend USD how much may be spent, or probe with a model that leads to the origin (docs/origin.md)`;
}

/** The configuration of one gateway and its target, without what only a daemon does; `route` is probed besides those of the gateway. */
export function aloneWith({ lease, ...config }: Config, gateway: GatewayConfig, route?: Route): Config {
  const { tenants, fidelity, ...own } = gateway;
  const routes: Route[] = route === undefined || own.routes.includes(route) ? own.routes : [...own.routes, route];
  return {
    ...config,
    redis: config.redis.filter(({ name }) => name === gateway.redis).map(({ census, reuse, ...target }) => target),
    gateways: [{ ...own, routes, cache_ping: 'off' }],
  };
}
