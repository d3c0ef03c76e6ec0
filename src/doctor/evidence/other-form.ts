import { isSection } from '../../source/section.ts';
import { listOf, sectionOf } from './tree.ts';

/** What a YAML file is, where it is not what it was given for. */
export interface OtherForm {
  message: string;
  fix: string;
}

const OF_LITELLM = ['model_list', 'litellm_settings', 'router_settings', 'general_settings', 'environment_variables', 'include'];

/** What a tree is by its keys, other than a configuration of LiteLLM or a compose file; undefined where nothing tells. */
export function otherForm(tree: object, givenAs: 'litellm' | 'compose'): OtherForm | undefined {
  const section = sectionOf(tree);
  const has = (key: string) => Object.hasOwn(section, key);
  const isLitellm = OF_LITELLM.some(has);
  if (givenAs === 'litellm' ? isLitellm : has('services') || has('include')) return undefined;
  const instead = givenAs === 'litellm' ? 'not a configuration of LiteLLM' : 'not a compose file';
  const told = (what: string, fix: string) => ({ message: `is ${what}, ${instead}: nothing of it was judged`, fix });
  if (has('kind') && has('apiVersion')) return told('a manifest of Kubernetes', 'name it with --kubernetes');
  if (Object.values(sectionOf(section.services)).some(isSection)) return told('a compose file', 'name it with --compose');
  if (listOf(section.containerDefinitions).length > 0 || isSection(section.taskDefinition))
    return told('a task definition of Amazon ECS', 'name it with --env-file');
  if (has('proxy_config')) return told('values of a chart', 'give the doctor what helm template -f VALUES prints, with --kubernetes');
  return givenAs === 'compose' && isLitellm ? told('a configuration of LiteLLM', 'name it with --litellm-config') : undefined;
}
