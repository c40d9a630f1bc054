import { objectIn, textIn } from './json.ts';
import type { JsonObject, KubeObject } from './json.ts';
import type { Kind } from './kinds.ts';
import { badRequest } from './statusError.ts';

type Matches = (object: KubeObject) => boolean;

/** `app=web,tier!=db,env in (a,b),!old,new`. @throws StatusError 400 */
export function labelSelector(text: string | null): Matches {
  if (text === null || text.trim() === '') return () => true;
  const tests = splitOutsideParentheses(text).map((each) => labelTest(each.trim(), text));
  return (object) => tests.every((test) => test(objectIn(object.metadata, 'labels')));
}

/** What may be asked for besides name and namespace (kubernetes.io, "Field Selectors": list of supported fields). */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'reportingController',
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'source',
    'type',
  ],
  Secret: ['type'],
  Namespace: ['status.phase'],
  ReplicaSet: ['status.replicas'],
  ReplicationController: ['status.replicas'],
  Job: ['status.successful'],
  Node: ['spec.unschedulable'],
  CertificateSigningRequest: ['spec.signerName'],
};

/** `metadata.name=x,status.phase!=Running,spec.nodeName=` @throws StatusError 400 for a field that the kind cannot be selected by */
export function fieldSelector(text: string | null, kind: Pick<Kind, 'kind'>): Matches {
  if (text === null || text.trim() === '') return () => true;
  const known = ['metadata.name', 'metadata.namespace', ...(SELECTABLE[kind.kind] ?? [])];
  const tests = text.split(',').map((each) => {
    const parts = /^([\w.]+)(==|!=|=)(.*)$/.exec(each.trim());
    const [, path = '', operator = '=', value = ''] = parts ?? [];
    if (parts === null) throw badRequest(`invalid selector: '${text}'; can't understand '${each}'`);
    if (!known.includes(path)) throw badRequest(unselectable(path, known, kind));
    return (object: KubeObject): boolean => (fieldText(object, path) === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

function unselectable(path: string, known: readonly string[], kind: Pick<Kind, 'kind'>): string {
  if (kind.kind in SELECTABLE) return `field label not supported: ${path}`;
  return `"${path}" is not a known field selector: only ${known.map((each) => `"${each}"`).join(', ')}`;
}

function labelTest(text: string, whole: string): (labels: JsonObject) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(textIn(labels, key) ?? '\0') === (operator === 'in');
  }
  const equality = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return (labels) => (textIn(labels, key) === value) === (operator !== '!=');
  }
  const existence = /^(!?)([^\s=!()]+)$/.exec(text);
  if (existence === null) throw badRequest(`unable to parse requirement: found '${text}' in '${whole}'`);
  const [, not, key = ''] = existence;
  return (labels) => key in labels === (not === '');
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

function fieldText(object: KubeObject, path: string): string {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<JsonObject>((value, key) => objectIn(value, key), object);
  const value = parent[last];
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? String(value) : '';
}
