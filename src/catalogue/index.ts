import { EXPORTER } from './exporter.ts';
import { GATEWAY } from './gateway.ts';
import { REDIS } from './redis.ts';

/** Every metric of the product. Names are OpenTelemetry's; `prometheusName` translates them. */
export const CATALOGUE = { ...REDIS, ...GATEWAY, ...EXPORTER } as const;
