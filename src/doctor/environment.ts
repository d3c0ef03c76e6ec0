import type { Secret } from '../source/secret.ts';
import type { Place } from './place.ts';

/**
 * Where variables come from, in the order in which one hides the next: the first that has a name gives its
 * value. `litellm` is the section `environment_variables` of its configuration, which LiteLLM writes over
 * its environment when it starts; `image` is what a Dockerfile sets.
 */
export const ENVIRONMENT_SOURCE = ['litellm', 'compose', 'kubernetes', 'compose_env_file', 'image', 'process', 'envrc', 'dotenv'] as const;
export type EnvironmentSource = (typeof ENVIRONMENT_SOURCE)[number];

/**
 * One variable as it was written. The value is a secret until a rule knows that it is none, and undefined
 * where it is computed at run time (`$(...)`, a reference to a Kubernetes Secret): known to be set, not to what.
 */
export interface Variable {
  name: string;
  value: Secret | undefined;
  source: EnvironmentSource;
  place: Place;
}

/** What the LiteLLM process will see: for each name the variable that wins, and those that it hides. */
export interface Environment {
  get(name: string): Variable | undefined;
  hidden(name: string): readonly Variable[];
  names(): readonly string[];
}
