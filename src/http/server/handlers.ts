import type { Status } from '../../model/status.ts';
import type { Pieces } from './response.ts';

/** A page of metrics and the value of its `Content-Type`. */
export interface MetricsPage extends Pieces {
  readonly contentType: string;
}

/** Whose metrics are asked for. `judged` adds whether the cache of the gateway is as it should be, for what probes through this exporter. */
export type OwnerAsked =
  | { readonly kind: 'target'; readonly name: string }
  | { readonly kind: 'gateway'; readonly name: string; readonly judged?: true };

/** What the daemon hands to the HTTP side: everything that a request can see or cause. */
export interface Handlers {
  /** The exposition for an `Accept` header; rejects when the collection fails. */
  metrics(accept: string | undefined): Promise<MetricsPage>;
  /** The part of one target or gateway; undefined for an unknown name. */
  metricsOf(accept: string | undefined, owner: OwnerAsked): Promise<MetricsPage | undefined>;
  status(): Status;
  /** The loops turn. */
  healthy(): boolean;
  /** What has not been tried yet since the start, a clause each; none when the daemon is ready. */
  missing(): readonly string[];
  /** Loads the configuration again; the problems that kept it from being used, none when it is in use. */
  reload(): Promise<readonly string[]>;
  /** All that is known of a gateway, as plain text; undefined for an unknown name. */
  debug(gateway: string): string | undefined;
  /** Where people look up traces (`traces.ui_url`). */
  tracesUrl(): string | undefined;
}
