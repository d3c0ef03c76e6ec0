import { startAlertmanager as alertmanager, type RunningAlertmanager } from '../../dev/alertmanager.ts';
import { onPath } from '../../dev/on-path.ts';
import { type PrometheusOptions, startPrometheus as prometheus, type RunningPrometheus } from '../../dev/prometheus.ts';
import { lacks } from './lacks.ts';
import { forThisFile } from './lifetime.ts';

/** Starts a Prometheus that ends with the test file at the latest. */
export function startPrometheus(options: PrometheusOptions): Promise<RunningPrometheus> {
  return forThisFile(prometheus(options));
}

/** Starts an Alertmanager with a configuration given as text; it ends with the test file at the latest. */
export function startAlertmanager(config: string): Promise<RunningAlertmanager> {
  return forThisFile(alertmanager(config));
}

/** Whether the machine lacks a program of Debian's Prometheus packages; see `lacks`. */
export function lacksProgram(program: 'prometheus' | 'promtool' | 'prometheus-alertmanager' | 'amtool'): Promise<boolean> {
  return lacks(() => onPath(program, program.includes('alert') || program === 'amtool' ? 'prometheus-alertmanager' : 'prometheus'));
}
