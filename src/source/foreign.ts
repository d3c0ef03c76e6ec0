/** Why a text is no secret but a reference as other tools write them, and what to write instead. */
export interface Foreign {
  message: string;
  suggestion: string;
}

const FILE_PATH = 'is the path of a file';

const WRITE = `write \${env:NAME} or \${file:PATH}`;

/** References that no tool resolves here, wherever a secret comes from. */
const EVERYWHERE: readonly (readonly [pattern: RegExp, whose: string])[] = [
  [/^os\.environ[/[.]/, 'is a reference as LiteLLM writes it'],
  [/^\$\{[^}]*\}$/, 'is a reference of a shell or of Compose'],
  [/^\$\([^)]*\)$/, 'is a reference of a shell or of Kubernetes'],
  [/^\{\{[\s\S]*\}\}$/, 'is a template that was not filled in'],
  [/^\{%[\s\S]*%\}$/, 'is a template that was not filled in'],
  [/^<(?:password|token|api[-_ ]?key|your[-_ ][^<>]*)>$/i, 'is a placeholder'],
  [/^(?:<no value>|<nil>|undefined|null|None)$/, 'is what programs write for a value that is missing'],
  [
    /^(?:vault|env|file|op|sops|ssm|secretsmanager|awssm|gcpsm|azurekv|keyvault|k8s|secret|ref\+[a-z0-9]+)(?::\/?\/?|\/)\S+$/i,
    'is a reference to a store of secrets',
  ],
  [/^arn:aws[a-z-]*:(?:secretsmanager|ssm):\S+$/, 'is a reference to a store of secrets'],
  [/^ENC\[[^\]]*\]$/, 'is encrypted'],
  [/^(?:process\.env|ENV)[.[]\S+$/, 'is a reference of a program'],
  [/^\/(?:run|var\/run|mnt|vault)\/secrets?\/\S+$/, FILE_PATH],
];

/** References that count as such only in a configuration file. */
const WRITTEN: readonly (readonly [pattern: RegExp, whose: string])[] = [
  [/^\$[A-Za-z_]\w*$/, 'is a reference of a shell'],
  [/^%[A-Za-z_]\w*%$/, 'is a reference of Windows'],
];

/** Whether a text could be a reference of a shell or of Windows as well as a secret. */
export function maybeForeign(text: string): boolean {
  return WRITTEN.some(([pattern]) => pattern.test(text.trim().slice(0, MAX_CHARACTERS)));
}

/** A reference is no longer than this. */
const MAX_CHARACTERS = 4_096;

/** Whether the text of a secret is a reference in the syntax of another tool. The text itself is not told. */
export function foreignReference(text: string, from: 'file' | 'variable'): Foreign | undefined {
  const bare = text.trim().slice(0, MAX_CHARACTERS);
  const patterns = from === 'file' ? [...EVERYWHERE, ...WRITTEN] : EVERYWHERE;
  const [, whose] = patterns.find(([pattern]) => pattern.test(bare)) ?? [];
  if (whose === undefined) return undefined;
  if (whose === FILE_PATH)
    return {
      message: whose,
      suggestion: from === 'file' ? 'give it to the key with _file at its end' : 'give it to the variable with _FILE at its end',
    };
  const suggestion =
    from === 'file'
      ? `${WRITE}, and $$ for a dollar sign of the secret itself`
      : 'set it to the secret itself, or its _FILE variable to a file with it';
  return {
    message: whose.startsWith('is a ') && whose !== 'is a placeholder' ? `${whose}, which is not resolved here` : whose,
    suggestion,
  };
}
