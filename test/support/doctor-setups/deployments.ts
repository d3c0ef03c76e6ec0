import { type Case, compose, config, deployment, ENV, PASSWORD, referring } from './case.ts';

const IMAGE = 'ghcr.io/berriai/litellm:v1.80.9';
const CONFIG = { 'config.yaml': config() };

function unit(more: string): string {
  return `[Unit]\nDescription=LiteLLM\n[Container]\nImage=${IMAGE}\nExec=--config /app/config.yaml --port 4000\n${more}[Install]\nWantedBy=default.target\n`;
}

/** Units of Podman Quadlet. */
const QUADLET: readonly Case[] = [
  {
    name: 'a container of Quadlet with a url, and a file of variables beside it',
    files: {
      'litellm.container': unit(
        'Environment="REDIS_URL=redis://other:6379" LOG=debug\nEnvironmentFile=%h/litellm.env\nVolume=./config.yaml:/app/config.yaml:ro,Z\n',
      ),
      'litellm.env': `REDIS_PASSWORD=${PASSWORD}\n`,
      ...CONFIG,
    },
    instances: ['litellm.container'],
    found: { 'redis-url-without-password': 'critical', 'redis-url-hides-address': 'high' },
    not: ['evidence-missing', 'config-not-found'],
    says: ['(litellm.container:6:1)'],
  },
  {
    name: 'a container of Quadlet that was named, with a secret and a folder for its configuration',
    files: {
      'quadlet/gateway.container': unit('Secret=redis,type=env,target=REDIS_PASSWORD\nVolume=./conf:/app\n'),
      'quadlet/conf/config.yaml': config(),
    },
    options: { envFiles: ['quadlet/gateway.container'] },
    instances: ['quadlet/gateway.container'],
    clean: true,
  },
  {
    name: 'a container of Quadlet whose variables were taken back',
    files: {
      'litellm.container': unit(
        'Environment=REDIS_URL=redis://other\nEnvironment=\nEnvironment=REDIS_HOST=redis\nMount=type=bind,src=./config.yaml,dst=/app/config.yaml\n',
      ),
      'config.yaml': config('os.environ/REDIS_HOST'),
      ...ENV,
    },
    settings: ['litellm.container host=redis'],
    not: ['redis-url-hides-address'],
  },
  {
    name: 'a container of Quadlet with what is not in its file',
    files: {
      'litellm.container': unit('EnvironmentHost=true\nEnvironmentFile=/etc/nowhere.env\n'),
      'litellm.container.d/10-more.conf': '[Container]\nEnvironment=REDIS_URL=redis://other\n',
      'redis.container': '[Container]\nImage=docker.io/library/redis:8\n',
      ...CONFIG,
    },
    found: { 'evidence-missing': 'high' },
    says: [
      'whole environment of its host',
      '/etc/nowhere.env, which was not found',
      'litellm.container.d changes this unit',
      'starts Redis as a unit of Podman',
    ],
  },
  {
    name: 'containers of Quadlet that are something else',
    files: { 'web.container': '[Container]\nImage=docker.io/library/nginx\nEnvironment=UPSTREAM=litellm\n', ...CONFIG, ...ENV },
    instances: [],
    not: ['evidence-missing'],
  },
];

function task(container: object, rest: object = {}): string {
  const one = { name: 'litellm', image: IMAGE, command: ['--config', '/app/config.yaml'], ...container };
  return JSON.stringify({ family: 'litellm', containerDefinitions: [one], ...rest }, undefined, 2);
}

/** Task definitions of Amazon ECS. */
const ECS: readonly Case[] = [
  {
    name: 'a task of ECS with a url',
    files: {
      'task-definition.json': task({
        environment: [
          { name: 'REDIS_HOST', value: 'redis' },
          { name: 'REDIS_URL', value: 'redis://other:6379' },
        ],
      }),
      ...CONFIG,
    },
    instances: ['container litellm of task-definition.json'],
    found: { 'redis-url-hides-address': 'high' },
    says: ['(task-definition.json:18:11)'],
  },
  {
    name: 'a task of ECS with secrets, as describe-task-definition prints it',
    files: {
      'ecs/task.json': JSON.stringify({
        taskDefinition: JSON.parse(
          task({ secrets: [{ name: 'REDIS_PASSWORD', valueFrom: 'arn:aws:ssm:eu-central-1:1:parameter/redis' }] }),
        ),
      }),
      ...CONFIG,
    },
    options: { envFiles: ['ecs/task.json'], litellmConfig: 'config.yaml' },
    instances: ['container litellm of ecs/task.json'],
    clean: true,
  },
  {
    name: 'a task of ECS with variables in a bucket, a file system and a Redis of its own',
    files: {
      'task.json': JSON.stringify({
        containerDefinitions: [
          {
            name: 'litellm',
            image: IMAGE,
            command: ['--config', '/etc/litellm/config.yaml'],
            environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::bucket/litellm.env' }],
            mountPoints: [{ sourceVolume: 'conf', containerPath: '/etc/litellm' }],
          },
          { name: 'redis', image: 'redis:8' },
        ],
        volumes: [{ name: 'conf', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
      }),
    },
    found: { 'evidence-missing': 'high', 'config-not-found': 'high' },
    says: ['arn:aws:s3:::bucket/litellm.env, which was not read', 'mounted from the volume conf of the task', 'in the same task of ECS'],
  },
  {
    name: 'JSON that is no task',
    files: {
      'package.json': '{"name": "litellm-ui", "image": "litellm"}',
      'tasks.json': '{"containerDefinitions": "litellm"}',
      ...CONFIG,
      ...ENV,
    },
    instances: [],
    not: ['evidence-missing'],
  },
];

const HCL =
  'job "litellm" {\n  group "g" {\n    task "litellm" {\n      driver = "docker"\n      config { image = "litellm" }\n      env { REDIS_URL = "redis://other" }\n    }\n  }\n}\n';
const KUSTOMIZATION = 'resources: [../../base]\npatches:\n  - path: patch.yaml\n';
const VALUES =
  'image: { repository: ghcr.io/berriai/litellm-database }\nredis: { enabled: true }\nproxy_config:\n  litellm_settings: { cache: true, cache_params: { type: redis } }\n';

/** Forms that are not read: told, with and without a configuration beside them. */
const UNREAD: readonly Case[] = [
  ...(
    [
      ['kustomization.yaml', KUSTOMIZATION],
      ['litellm.nomad', HCL],
      ['litellm.nomad.hcl', HCL],
      ['main.tf', 'resource "helm_release" "litellm" {\n  name = "litellm"\n}\n'],
      ['main.tf.json', '{"resource": {"helm_release": {"litellm": {}}}}'],
      ['values.yaml', VALUES],
      ['litellm-values.prod.yml', VALUES],
      ['Chart.yaml', 'apiVersion: v2\nname: litellm\nversion: 1.0.0\n'],
      ['helmfile.yaml', 'releases:\n  - name: litellm\n'],
      ['litellm.yaml', deployment()],
      ['litellm.json', '{"apiVersion": "apps/v1",\n "kind": "Deployment", "metadata": {"name": "litellm"}}'],
      ['compose.prod.yaml', 'services:\n  litellm:\n    image: litellm\n'],
      ['stack.yml', 'services:\n  litellm:\n    image: litellm\n'],
      ['template.yaml', 'Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties: { Family: litellm }\n'],
      ['fly.toml', 'app = "litellm"\n'],
      ['litellm.kube', '[Kube]\nYaml=litellm.yaml\n'],
      ['playbook.yml', '- hosts: all\n  tasks:\n    - community.docker.docker_container:\n        name: litellm\n'],
    ] as const
  ).flatMap(([name, text]): Case[] => [
    {
      name: `${name} beside a configuration`,
      files: { [name]: text, ...CONFIG },
      found: { 'evidence-missing': 'high' },
      says: [`${name} is `],
    },
    { name: `${name} alone`, files: { [name]: text }, found: { 'evidence-missing': 'high' }, says: [name] },
    { name: `${name} beside a project`, files: { 'compose.yaml': compose(), [name]: text, ...CONFIG, ...ENV }, clean: true },
  ]),
  ...(
    [
      ['a job of Nomad', 'envFiles', 'litellm.nomad', HCL],
      ['Terraform', 'envFiles', 'main.tf', 'name = "litellm"\n'],
      ['values of a chart', 'kubernetes', 'values.yaml', VALUES],
      ['a task of ECS', 'kubernetes', 'task.json', task({})],
      ['a task of ECS', 'compose', 'task.json', task({})],
      ['a manifest', 'compose', 'pod.yaml', deployment()],
      ['a configuration', 'compose', 'gateway.yaml', config()],
      ['values of a chart', 'compose', 'values.yaml', VALUES],
      ['a kustomization', 'kubernetes', 'kustomization.yaml', KUSTOMIZATION],
    ] as const
  ).map(
    ([what, option, name, text]): Case => ({
      name: `${what} as ${option}`,
      files: { [name]: text },
      options: { [option]: [name] },
      found: { 'evidence-missing': 'high' },
    }),
  ),
  ...(
    [
      ['a task that is misspelt', 'task.jsn.json', {}],
      ['JSON that is no task', 'package.json', { 'package.json': '{"name": "litellm-ui"}' }],
      ['a unit of something else', 'nginx.service', { 'nginx.service': '[Service]\nExecStart=/usr/sbin/nginx\n' }],
      ['a task with a missing comma', 'task.json', { 'task.json': '{"containerDefinitions": [{"name": "litellm" "image": "litellm"}]}' }],
      [
        'a unit beside a project',
        'litellm.container',
        { 'litellm.container': `[Container]\nImage=${IMAGE}\n`, 'compose.yaml': compose(), ...ENV },
      ],
    ] as const
  ).map(
    ([what, name, files]): Case => ({
      name: `${what}, named with --env-file`,
      files: { ...files, ...CONFIG },
      options: { envFiles: [name], litellmConfig: 'config.yaml', ...('compose.yaml' in files && { compose: ['compose.yaml'] }) },
      found: { 'evidence-missing': 'high' },
    }),
  ),
  ...(
    [
      ['a manifest', deployment().split('---\n').at(-1) ?? ''],
      ['values of a chart', VALUES],
      ['a compose file', compose()],
      ['a task of ECS', task({})],
    ] as const
  ).map(
    ([what, text]): Case => ({
      name: `${what} as the configuration of LiteLLM`,
      files: { 'litellm.yaml': text },
      options: { litellmConfig: 'litellm.yaml' },
      found: { 'evidence-missing': 'high' },
      says: ['not a configuration of LiteLLM'],
    }),
  ),
];

/** Setups by the form of their deployment. */
export const DEPLOYMENT_SETUPS: readonly Case[] = referring([...QUADLET, ...ECS, ...UNREAD]);
