import { ENVIRONMENT_SOURCE, type Environment, type Variable } from '../../environment.ts';

/** The environment that variables make: sources in their order, and within one source the last of a name. */
export function environmentOf(variables: readonly Variable[]): Environment {
  const byName = new Map<string, Variable[]>();
  for (const source of ENVIRONMENT_SOURCE)
    for (const variable of variables.filter((one) => one.source === source).toReversed()) {
      const same = byName.get(variable.name);
      if (same === undefined) byName.set(variable.name, [variable]);
      else same.push(variable);
    }
  return {
    get: (name) => byName.get(name)?.[0],
    hidden: (name) => byName.get(name)?.slice(1) ?? [],
    names: () => [...byName.keys()],
  };
}
