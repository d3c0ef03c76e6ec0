/** A part of the doctor that failed on the evidence: a fault of this program. What the other parts found is reported. */
export interface Failure {
  /** What failed: `the rule ttl`, `the reading of the compose files`. */
  readonly part: string;
  /** The rule, where it was one. */
  readonly rule?: string | undefined;
  /** The name of the error. Its message may quote the evidence, and so a password. */
  readonly reason: string;
}

/** Runs parts one by one, so that one that throws keeps none of the others from their work. */
export interface Attempts {
  /** What failed until now, each part once. */
  readonly failed: readonly Failure[];
  /** What a part gives, or `otherwise` where it throws. */
  run<T>(part: string, work: () => T, otherwise: T): T;
  /** The same of a part that is waited for. */
  wait<T>(part: string, work: () => Promise<T>, otherwise: T): Promise<T>;
}

/** Nothing has failed yet. */
export function createAttempts(): Attempts {
  const failed: Failure[] = [];
  const note = (part: string, error: unknown) => {
    if (!failed.some((known) => known.part === part)) failed.push({ part, reason: reasonOf(error) });
  };
  return {
    failed,
    run(part, work, otherwise) {
      try {
        return work();
      } catch (error) {
        note(part, error);
        return otherwise;
      }
    },
    async wait(part, work, otherwise) {
      try {
        return await work();
      } catch (error) {
        note(part, error);
        return otherwise;
      }
    },
  };
}

/** The name of an error, which quotes nothing. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : 'unknown';
}

/** The failure as a sentence, with what to do about it. */
export function failureText({ part, reason }: Failure): string {
  return `${part} failed (${reason}); what the other parts found is reported. This is a fault of this program: please report it`;
}
