import { sample } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { RequestObserver } from '../../litellm/gateway.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Overhead } from './overhead.ts';

const CLASSES = ['', '', '2xx', '3xx', '4xx', '5xx'] as const;

/** The meter on all requests to a gateway. */
export interface Traffic {
  /** What sees the requests of the tick with this trace begin and end. */
  of(traceId: string): RequestObserver;
}

/** Measures every request to a gateway as an HTTP client does, and books what it costs beside the pairs. */
export function createTraffic(series: Series, clock: Clock, overhead: Pick<Overhead, 'took'>): Traffic {
  let active = 0;

  function count(change: number): void {
    active += change;
    series.replace('requests', [sample('http.client.active_requests', {}, active)], clock.now());
  }

  return {
    of: (traceId) => ({
      started: () => count(1),
      finished(request, sending) {
        const { method, status, failure, seconds } = request;
        overhead.took(request, sending);
        count(-1);
        const labels = {
          'http.request.method': method,
          'http.response.status_code': CLASSES[Math.floor((status ?? 0) / 100)] ?? '',
          'error.type': failure ?? '',
        } as const;
        series.observe('http.client.request.duration', labels, seconds, traceId);
      },
    }),
  };
}
