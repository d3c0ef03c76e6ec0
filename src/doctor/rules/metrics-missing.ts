import { cachesInRedis } from '../facts/cache-settings.ts';
import { gateways, workers } from '../facts/gateway.ts';
import { section, texts } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const metricsMissing: Rule = {
  id: 'metrics-missing',
  severity: 'medium',
  needs: ['litellm'],
  title: "LiteLLM's own metrics leave out Redis, or all workers but one",
  check(setup) {
    const { litellm } = setup;
    const settings = section(litellm?.tree, 'litellm_settings') ?? {};
    const list = ['callbacks', 'success_callback', 'failure_callback'].find((key) => texts(settings[key]).includes('prometheus'));
    if (litellm === undefined || list === undefined || !cachesInRedis(setup)) return [];
    const findings: Finding[] = [];
    if (!texts(settings.service_callback).includes('prometheus_system')) {
      findings.push({
        place: litellm.place(['litellm_settings', list]),
        message: 'the prometheus callback without service_callback: ["prometheus_system"]',
        consequence:
          'litellm_redis_latency and litellm_redis_failed_requests_total do not exist: alerts on them never fire. Since LiteLLM 1.108 the metrics of the circuit breaker are missing as well.',
        fix: 'add service_callback: ["prometheus_system"]',
      });
    }
    const [several] = gateways(setup).filter((gateway) => workers(gateway) > 1);
    if (several !== undefined && setup.environment.get('PROMETHEUS_MULTIPROC_DIR') === undefined) {
      findings.push({
        place: several.place,
        message: `${workers(several)} workers without PROMETHEUS_MULTIPROC_DIR`,
        consequence: 'Each scrape shows the counters of one worker, whichever answers.',
        fix: 'set PROMETHEUS_MULTIPROC_DIR to an empty directory',
      });
    }
    return findings;
  },
};
