import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { ComposeService, Setup, VariableReference } from '../setup.ts';

export const variableOnlyInEnvFile: Rule = {
  id: 'variable-only-in-env-file',
  severity: 'high',
  needs: ['compose'],
  title: 'a compose file names a variable that is only in a file of env_file',
  check(setup) {
    const inFiles = setup.services.flatMap(({ variables }) => variables.filter(({ source }) => source === 'compose_env_file'));
    const outside = new Set(
      setup.variables.filter(({ source }) => ['process', 'envrc', 'dotenv'].includes(source)).map(({ name }) => name),
    );
    const seen = new Set<string>();
    return setup.services.flatMap((service) =>
      service.references.flatMap((reference): Finding[] => {
        const written = inFiles.find(({ name }) => name === reference.name);
        if (written === undefined || outside.has(reference.name) || !matters(setup, service, reference)) return [];
        const key = `${reference.name} ${reference.place.source} ${reference.place.line} ${reference.place.column}`;
        if (seen.has(key)) return [];
        seen.add(key);
        return [
          {
            place: reference.place,
            message: `${reference.braced ? '$'.concat(`{${reference.name}}`) : `$${reference.name}`} of service ${service.name} is empty: ${reference.name} is in a file of env_file only`,
            consequence:
              'Compose fills in variables from its .env and from the shell that starts it, never from env_file: what is written there reaches the container, not the compose file.',
            fix: `move ${reference.name} into the .env beside the compose file, or start Compose with --env-file`,
            related: [{ place: written.place, message: `${reference.name} is written here` }],
          },
        ];
      }),
    );
  },
};

/** Whether the text decides something: not where a default replaces it, or Compose refuses to start. */
function matters({ gateways }: Setup, { name, role }: ComposeService, { rest, key }: VariableReference): boolean {
  const isPart = role === 'redis' || gateways.some(({ service }) => service?.name === name);
  const hasDefault = /^:?-./.test(rest) || rest.startsWith('?') || rest.startsWith(':?') || /^:?\+/.test(rest);
  return isPart && !hasDefault && /^[A-Za-z_]/.test(key);
}
