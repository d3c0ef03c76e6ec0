import { startHttp } from '../../src/http/server/server.ts';
import { VERDICT } from '../../src/model/cache.ts';
import { exampleGateway, exampleStatus } from '../support/example-status.ts';
import { piecesOf } from '../support/page-text.ts';
import { scrapeTimes } from './scrape.ts';

/**
 * Times in milliseconds of `count` sequential GETs of the status page, with so many gateways, each with all
 * the past that is kept, over one connection. Every second another gateway has new pairs, as it would be.
 */
export async function pageTimes(gateways: number, count: number): Promise<{ p50: number; p99: number; bytes: number }> {
  const quiet = () => {};
  const statuses = Array.from({ length: gateways }, (_, index) =>
    exampleGateway(VERDICT[index % VERDICT.length] ?? 'working', `gateway-${index}`),
  );
  const status = exampleStatus(statuses);
  let asked = 0;
  const http = await startHttp({
    config: { listen: ['127.0.0.1:0'], enable_lifecycle: false },
    handlers: {
      metrics: async () => ({ contentType: 'text/plain', ...piecesOf('') }),
      metricsOf: async () => undefined,
      status: () => {
        asked += 1;
        const index = asked % gateways;
        status.gateways[index] = exampleGateway(VERDICT[index % VERDICT.length] ?? 'working', `gateway-${index}`);
        return { ...status, now: status.now + asked * 1_000 };
      },
      healthy: () => true,
      missing: () => [],
      reload: async () => [],
      debug: () => undefined,
      tracesUrl: () => undefined,
    },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  const times = await scrapeTimes(`http://${http.addresses[0]}/`, count);
  await http.close();
  return times;
}
