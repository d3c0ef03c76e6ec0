import type { Listed } from './list.ts';

/** What one reading of a source gave. `fault` ends a sentence that begins with the source. */
export type Reading =
  | {
      targets: Listed[];
      /** Why a part could not be read; what that part gave before is among the targets. */
      fault?: string | undefined;
      /** What is no failure and yet is to be known. */
      notes: string[];
    }
  | { fault: string };

/** Reads one source. Nothing of it ever rejects. */
export interface Reader {
  /** Whether there is something new since the last reading, as far as that can be told without reading. */
  changed(): Promise<boolean>;
  read(signal: AbortSignal): Promise<Reading>;
}
