import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { type Sample, sample } from '../catalogue/sample.ts';
import type { Series } from '../catalogue/series.ts';
import type { Clock } from '../schedule/clock.ts';

/** How often the delay of the event loop is measured; the timer itself counts into what it measures. */
const RESOLUTION_MS = 20;

/** The process in metrics: `refresh` replaces them with what is true now, `close` ends the measurement. */
export interface ProcessMetrics {
  refresh(): void;
  close(): void;
}

export function createProcessMetrics(series: Series, version: string, clock: Clock, droppedLines: () => number): ProcessMetrics {
  const startedAt = clock.now() / 1000;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let utilization = performance.eventLoopUtilization();
  let delayP99: number | undefined;

  /** Of the time since the previous collection; a collection right after another has nothing new to tell. */
  function eventLoop(): Sample[] {
    if (delay.count > 0) delayP99 = Math.max(0, delay.percentile(99) / 1e9 - RESOLUTION_MS / 1000);
    delay.reset();
    const now = performance.eventLoopUtilization();
    const share = performance.eventLoopUtilization(now, utilization).utilization;
    utilization = now;
    return [
      sample('nodejs.eventloop.utilization', {}, share),
      ...(delayP99 === undefined ? [] : [sample('nodejs.eventloop.delay.p99', {}, delayP99)]),
    ];
  }

  return {
    refresh() {
      const cpu = process.cpuUsage();
      const samples = [
        sample('cache_exporter.build_info', { version, node_version: process.versions.node }, 1),
        sample('cache_exporter.start_time', {}, startedAt),
        sample('process.cpu.time', { 'cpu.mode': 'user' }, cpu.user / 1e6),
        sample('process.cpu.time', { 'cpu.mode': 'system' }, cpu.system / 1e6),
        sample('process.memory.usage', {}, process.memoryUsage.rss()),
        sample('process.uptime', {}, process.uptime()),
        sample('cache_exporter.log.lines_dropped', {}, droppedLines()),
        ...eventLoop(),
      ];
      series.replace('self', samples, clock.now());
    },
    close: () => delay.disable(),
  };
}
