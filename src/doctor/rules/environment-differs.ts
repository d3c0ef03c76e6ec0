import { type Claim, configured, inEnvironment, type Part } from '../facts/stated-addresses.ts';
import { literal, section } from '../facts/value.ts';
import type { Rule } from '../rule.ts';

const PARTS: readonly Part[] = ['host', 'db', 'username'];

export const environmentDiffers: Rule = {
  id: 'environment-differs',
  severity: 'high',
  needs: ['environment'],
  title: 'a variable and the configuration file name different Redis servers, databases or users',
  check(setup) {
    const { litellm } = setup;
    if (litellm === undefined) return [];
    const written = section(litellm.tree, 'litellm_settings', 'cache_params') ?? {};
    return PARTS.flatMap((part) => {
      const [inFile] = configured(setup, part).filter(
        ({ from, url }) => from === `cache_params.${part}` && !url && literal(written[part]) !== undefined,
      );
      const [variable] = inEnvironment(setup, part).filter(({ url }) => !url);
      return inFile === undefined || variable === undefined || inFile.value === variable.value ? [] : [finding(part, inFile, variable)];
    });
  },
};

function finding(part: Part, inFile: Claim, variable: Claim) {
  return {
    place: variable.place,
    message: `${variable.from} and ${inFile.from} name different ${part === 'db' ? 'databases' : `${part}s`}`,
    consequence: `The cache uses ${inFile.from}; whatever else reads the variable (the coordination Redis, a script, a cache without parameters) uses the other.`,
    fix: `write ${inFile.from} as os.environ/${variable.from}, or remove ${variable.from}`,
    related: [{ place: inFile.place, message: `${inFile.from} says ${inFile.value}` }],
  };
}
