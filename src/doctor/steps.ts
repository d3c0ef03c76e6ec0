import { releaseOf, sectionVariables } from './evidence/container/containers.ts';
import { configTree, configurationOf, gatewaysOf, identifiedServices, identifiedWorkloads } from './evidence/container/instances.ts';
import { startersOf } from './evidence/container/starters.ts';
import { fromDatabase } from './evidence/database.ts';
import { exposures } from './evidence/exposures.ts';
import { readKubernetes } from './evidence/kubernetes/kubernetes.ts';
import { composeFiles, environmentFiles } from './evidence/read-inputs.ts';
import { unreadDeployments, unusedDeployments } from './evidence/unread-deployments.ts';
import { cutsOf } from './evidence/variables/cuts.ts';
import { resolve as resolved } from './resolve.ts';
import type { Setup } from './setup.ts';

/** The parts of the gathering, each of which may fail without the others. */
export const STEPS = {
  environmentFiles,
  composeFiles,
  readKubernetes,
  identifiedServices,
  identifiedWorkloads,
  gatewaysOf,
  startersOf,
  unreadDeployments,
  unusedDeployments,
  configurationOf,
  configTree,
  sectionVariables,
  releaseOf,
  resolved,
  fromDatabase,
  cutsOf,
  exposures,
};
export type Steps = typeof STEPS;

/** What is known of compose files where their reading failed. */
export const NO_COMPOSE: ReturnType<typeof composeFiles> = { services: [], problems: [], gaps: [], entries: [] };
/** The same of manifests. */
export const NO_MANIFESTS: ReturnType<typeof readKubernetes> = { workloads: [], services: [], configs: [], problems: [], gaps: [] };
/** No client is known to be used: nothing is reported of any. */
export const NOT_RESOLVED: Setup['resolutions'] = {
  cache: { client: 'cache', used: false, settings: [] },
  router: { client: 'router', used: false, settings: [] },
  coordination: { client: 'coordination', used: false, settings: [] },
  semantic: { client: 'semantic', used: false, settings: [] },
};
