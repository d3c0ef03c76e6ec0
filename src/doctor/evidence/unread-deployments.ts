import { basename } from 'node:path';
import type { Gap } from '../setup.ts';
import type { Files } from './files.ts';
import { isDeployment } from './read-inputs.ts';

/** A form of deployment that is not read as it is: how its files are called, what they say, and what to give the doctor instead. */
interface Form {
  name: RegExp;
  text: RegExp;
  what: string;
  fix: string;
}

const WITH_COMPOSE = 'name it with --compose';
const IN_WORDS =
  'give the doctor what LiteLLM gets of it: its variables as NAME=value lines with --env-file, its configuration with --litellm-config';
const KUSTOMIZATION = 'a kustomization';
const LITELLM = /litellm/i;

const FORMS: readonly Form[] = [
  {
    name: /^(?:kustomization\.ya?ml|Kustomization)$/,
    text: /./,
    what: KUSTOMIZATION,
    fix: 'give the doctor what kustomize build prints, with --kubernetes',
  },
  {
    name: /^(?:Chart\.ya?ml|helmfile\.ya?ml(?:\.gotmpl)?)$/,
    text: LITELLM,
    what: 'a chart',
    fix: 'render it with helm template and give the doctor what that prints, with --kubernetes',
  },
  {
    name: /values[\w.-]*\.ya?ml$/,
    text: LITELLM,
    what: 'values of a chart',
    fix: 'give the doctor what helm template -f VALUES prints, with --kubernetes',
  },
  { name: /\.(?:nomad|hcl)$/, text: LITELLM, what: 'a job of Nomad', fix: IN_WORDS },
  { name: /\.tf(?:\.json)?$/, text: LITELLM, what: 'Terraform', fix: IN_WORDS },
  { name: /\.(?:bicep|jsonnet|libsonnet|cue|dhall|star)$/, text: LITELLM, what: 'a program that writes a deployment', fix: IN_WORDS },
  { name: /^(?:fly|railway|wrangler|nixpacks)[\w.-]*\.toml$/, text: LITELLM, what: 'a deployment of a platform', fix: IN_WORDS },
  {
    name: /\.(?:kube|pod)$/,
    text: LITELLM,
    what: 'a unit of Podman for pods',
    fix: 'give the doctor the manifest that it names, with --kubernetes',
  },
  {
    name: /\.(?:ya?ml|json|template)$/,
    text: /AWS::ECS::TaskDefinition/,
    what: 'a template of CloudFormation',
    fix: 'give the doctor the task definition: aws ecs describe-task-definition prints it; name that file with --env-file',
  },
  {
    name: /\.(?:ya?ml|json)$/,
    text: /^[ \t]{0,20}["']?kind["']?[ \t]{0,20}:[ \t]{0,20}["']?(?:Deployment|StatefulSet|DaemonSet|Pod|Job|CronJob|Rollout|HelmRelease|Application|Service|ConfigMap|List)\b/m,
    what: 'a manifest of Kubernetes',
    fix: 'name it, or its folder, with --kubernetes',
  },
  { name: /\.ya?ml$/, text: /^services[ \t]{0,20}:/m, what: 'a compose file', fix: WITH_COMPOSE },
  {
    name: /\.ya?ml$/,
    text: /^[ \t]{0,40}(?:-[ \t]{0,20})?(?:community\.docker\.|containers\.podman\.)?(?:docker_container|podman_container|docker_compose_v2)[ \t]{0,20}:/m,
    what: 'a playbook of Ansible',
    fix: IN_WORDS,
  },
];

/** So many files of a folder are looked at. */
const MOST = 200;

/**
 * Files of the directory that deploy LiteLLM in a form that is not read, or that nobody named. `known`: a container of
 * LiteLLM was found in other files, so that these may well be of another place.
 */
export function unreadDeployments(names: readonly string[], files: Files, known: boolean): Gap[] {
  const read = new Set(files.names());
  const candidates = names.filter((name) => !read.has(name) && FORMS.some((form) => form.name.test(basename(name))));
  const more: Gap[] =
    candidates.length > MOST
      ? [
          {
            kind: 'evidence',
            place: { source: candidates[MOST] ?? '' },
            message: `there are ${candidates.length} files that could deploy LiteLLM in another form; only the first ${MOST} of them were looked at`,
            fix: 'name the files that are meant',
            severity: 'low',
          },
        ]
      : [];
  const unread = candidates.slice(0, MOST).flatMap((name): Gap[] => {
    const text = files.glance(name);
    const form = FORMS.find((one) => one.name.test(basename(name)) && text !== undefined && one.text.test(text));
    if (text === undefined || form === undefined) return [];
    // What kustomize builds from other folders need not name what it builds.
    if (!LITELLM.test(text) && (known || form.what !== KUSTOMIZATION)) return [];
    return [
      {
        kind: 'evidence',
        place: { source: name },
        message: `${basename(name)} is ${form.what}, and was not read`,
        fix: form.fix,
        ...(known && { severity: 'low' }),
      },
    ];
  });
  return [...unread, ...more];
}

/** Files that were named as ones that start something, and from which nothing was taken. One that is missing is a problem of its own. */
export function unusedDeployments(envFiles: readonly string[], gaps: readonly Gap[], files: Files): Gap[] {
  const used = new Set(files.names());
  const reported = new Set(gaps.map(({ place }) => place.source));
  return envFiles.filter(isDeployment).flatMap((path): Gap[] => {
    const found = files.isFolder(path) ? undefined : files.read(path);
    if (found === undefined || used.has(found.file) || reported.has(path)) return [];
    return [
      {
        kind: 'evidence',
        place: { source: path },
        message: `${basename(path)} was named, but nothing was taken from it: it starts no LiteLLM, or the containers of other files are judged instead`,
        fix: 'name the file that starts LiteLLM, or leave this one out',
      },
    ];
  });
}
