import { textIn } from '../json.ts';
import type { KubeObject } from '../json.ts';
import { objectIn } from '../json.ts';
import type { ClusterView, Controller } from './controller.ts';
import { tell } from './events.ts';
import { FieldSet } from '../fieldSet.ts';
import { managersOf, withManagers } from '../managedFields.ts';
import { CLAIM, DEPLOYMENT, NAMESPACE, NODE, POD, SECRET, STORAGE_CLASS } from './kinds.ts';
import { annotationsOf, isLeaving, labelsOf, numberIn, specOf, statusOf } from './objectParts.ts';
import { isOver, nodeOf } from './pods/podState.ts';
import { secretsNamedBy } from './pods/references.ts';
import { quantity } from './quantities.ts';
import { DEFAULT_CLASS } from './volumes.ts';

const NAMESPACE_NAME = 'somebody-else';
const MARK = 'rehearsal/stranger';

/** What other people do in the cluster while a fault is armed: fill its nodes, delete a Secret, unmark a class, scale a Deployment. */
export const STRANGERS: Controller = {
  name: 'somebody-else',
  reconcile(cluster) {
    fillNodes(cluster);
    unmarkClasses(cluster);
    ownReplicas(cluster);
    deleteSecret(cluster);
    return undefined;
  },
};

/** The fault `slots-full[=LEFT]`; when it is over their pods go. */
function fillNodes(cluster: ClusterView): void {
  const { store, world } = cluster;
  const argument = world.faults.armed('slots-full');
  const theirs = store.list(POD, NAMESPACE_NAME).filter((pod) => labelsOf(pod)[MARK] === 'true');
  if (argument === undefined) {
    for (const pod of theirs) store.expunge(POD, NAMESPACE_NAME, pod.metadata.name);
    if (theirs.length > 0 && store.find(NAMESPACE, '', NAMESPACE_NAME) !== undefined) store.remove(NAMESPACE, '', NAMESPACE_NAME);
    return;
  }
  const pods = store.list(POD).filter((pod) => !isOver(pod));
  for (const node of store.list(NODE))
    fill(cluster, node, pods.filter((pod) => nodeOf(pod) === node.metadata.name).length, Number(argument));
}

function fill({ store }: ClusterView, node: KubeObject, used: number, left: number): void {
  const slots = quantity(objectIn(statusOf(node), 'allocatable')['pods']);
  if (slots - left <= used) return;
  if (store.find(NAMESPACE, '', NAMESPACE_NAME) === undefined)
    store.create(NAMESPACE, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE_NAME, labels: { 'kubernetes.io/metadata.name': NAMESPACE_NAME } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  for (let index = 0; index < slots - left - used; index += 1) {
    const name = `filler-${node.metadata.name.split('.')[0] ?? ''}-${index}`;
    if (store.find(POD, NAMESPACE_NAME, name) !== undefined) continue;
    store.create(POD, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: NAMESPACE_NAME, labels: { [MARK]: 'true' } },
      spec: {
        containers: [{ name: 'filler', image: 'registry.k8s.io/pause:3.10' }],
        nodeName: node.metadata.name,
        restartPolicy: 'Always',
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  }
}

/** The fault `no-default-class`: as soon as a claim needs it, no class is marked any more. */
function unmarkClasses({ store, world }: ClusterView): void {
  if (world.faults.armed('no-default-class') === undefined) return;
  const isWaiting = store
    .list(CLAIM)
    .some((claim) => textIn(statusOf(claim), 'phase') !== 'Bound' && textIn(specOf(claim), 'storageClassName') === undefined);
  if (!isWaiting) return;
  for (const each of store.list(STORAGE_CLASS)) {
    const annotations = annotationsOf(each);
    if (annotations[DEFAULT_CLASS] !== 'true') continue;
    store.replace(STORAGE_CLASS, { ...each, metadata: { ...each.metadata, annotations: { ...annotations, [DEFAULT_CLASS]: 'false' } } });
  }
}

/** Whoever scales by hand: Server-Side Apply calls it a conflict (Kubernetes: "Server-Side Apply", "Conflicts"). */
const SCALER = 'kubectl-scale';

/** The fault `other-manager=NAMESPACE/NAME`: somebody scales a Deployment by hand, once. */
function ownReplicas({ store, world }: ClusterView): void {
  for (const argument of world.faults.arguments('other-manager')) {
    const [namespace = '', name = ''] = argument.split('/');
    const deployment = store.find(DEPLOYMENT, namespace, name);
    if (deployment === undefined) continue;
    const replicas = (numberIn(specOf(deployment), 'replicas') ?? 1) + 1;
    const scaled = { ...deployment, spec: { ...specOf(deployment), replicas } };
    const fields = FieldSet.fromFieldsV1({ 'f:spec': { 'f:replicas': {} } });
    const others = managersOf(deployment).map((manager) => ({ ...manager, fields: manager.fields.minus(fields) }));
    const scaler = { name: SCALER, operation: 'Update', apiVersion: 'apps/v1', time: store.time(), subresource: '', fields } as const;
    if (world.faults.take('other-manager')) store.replace(DEPLOYMENT, withManagers(scaled, [...others, scaler]));
  }
}

/** The fault `secret-deleted=NAMESPACE/NAME`, once. */
function deleteSecret(cluster: ClusterView): void {
  const { store, world } = cluster;
  for (const argument of world.faults.arguments('secret-deleted')) {
    const [namespace = '', name = ''] = argument.split('/');
    const secret = store.find(SECRET, namespace, name);
    if (secret === undefined || isLeaving(secret)) continue;
    const isNeeded = store.list(POD, namespace).some((pod) => secretsNamedBy(pod).includes(name));
    if (!isNeeded || !world.faults.take('secret-deleted')) continue;
    tell(cluster, 'somebody-else', secret, { type: 'Normal', reason: 'Deleted', message: `somebody deleted Secret ${name}` });
    store.remove(SECRET, namespace, name);
  }
}
