import { sample } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { RequestObserver } from '../../litellm/gateway.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Overhead } from './overhead.ts';

const CLASSES = ['', '', '2xx', '3xx', '4xx', '5xx'] as const;

/** Measures every request to a gateway as an HTTP client does, and books what it costs beside the pairs. `trace` gives the trace of the tick that runs. */
export function watchTraffic(series: Series, clock: Clock, overhead: Pick<Overhead, 'took'>, trace: () => string): RequestObserver {
  let active = 0;

  function publish(): void {
    series.replace('requests', [sample('http.client.active_requests', {}, active)], clock.now());
  }

  return {
    started() {
      active += 1;
      publish();
    },
    finished(request, sending) {
      const { method, status, failure, seconds } = request;
      active -= 1;
      overhead.took(request, sending);
      publish();
      const labels = {
        'http.request.method': method,
        'http.response.status_code': CLASSES[Math.floor((status ?? 0) / 100)] ?? '',
        'error.type': failure ?? '',
      } as const;
      series.observe('http.client.request.duration', labels, seconds, trace());
    },
  };
}
