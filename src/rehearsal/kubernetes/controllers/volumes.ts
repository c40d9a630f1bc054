import { bornVisible, ec2Of } from '../../ec2/state.ts';
import type { VolumeRecord } from '../../ec2/state.ts';
import { objectIn, textIn } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import { namespaceOf } from '../objectStore.ts';
import type { ObjectStore } from '../objectStore.ts';
import type { ClusterView, Controller } from './controller.ts';
import { tell } from './events.ts';
import { CLAIM, DEPLOYMENT, NODE, POD, STORAGE_CLASS, VOLUME } from './kinds.ts';
import {
  annotationsOf,
  createdAt,
  dropFinalizer,
  earliest,
  isLeaving,
  labelsOf,
  numberIn,
  removeIfThere,
  specOf,
  statusOf,
  textsIn,
  uidOf,
  withFinalizer,
  writeMetadata,
  writeStatus,
} from './objectParts.ts';
import { claimsOf, isOver, nodeOf } from './pods/podState.ts';
import { quantity } from './quantities.ts';

export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
export const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const IN_USE = 'kubernetes.io/pvc-protection';
const ATTACHER = 'external-attacher/ebs-csi-aws-com';
const NAME = 'persistentvolume-controller';
/** From a chosen node to a volume that is bound. */
const PROVISION_MS = 5_000;
/** From a released volume to one that EC2 has forgotten. */
const DELETE_MS = 6_000;
const GIB = 2 ** 30;

/** Claims, their volumes, and the EBS volumes behind them: the binder of Kubernetes and the provisioner of the EBS CSI driver. */
export const VOLUMES: Controller = {
  name: NAME,
  reconcile(cluster, now) {
    const { store } = cluster;
    const used = new Set(
      store
        .list(POD)
        .filter((pod) => !isOver(pod))
        .flatMap((pod) => claimsOf(pod).map((claim) => `${namespaceOf(pod)}/${claim}`)),
    );
    let next: number | undefined;
    for (const claim of store.list(CLAIM)) {
      const inUse = used.has(`${namespaceOf(claim)}/${claim.metadata.name}`);
      next = earliest(next, reconcileClaim(cluster, claim, inUse, now));
    }
    for (const volume of store.list(VOLUME)) next = earliest(next, reconcileVolume(cluster, volume, now));
    attach(cluster, now);
    return next;
  },
};

/** Its class binds only when a pod that uses it has a node. */
export function waitsForConsumer(store: ObjectStore, claim: KubeObject): boolean {
  const name = textIn(specOf(claim), 'storageClassName');
  const storageClass = name === undefined ? undefined : store.find(STORAGE_CLASS, '', name);
  return storageClass?.['volumeBindingMode'] === 'WaitForFirstConsumer';
}

/** The newest of the classes that are marked; none while the fault `no-default-class` is armed. */
function defaultClass({ store, world }: ClusterView): string | undefined {
  if (world.faults.armed('no-default-class') !== undefined) return undefined;
  const marked = store.list(STORAGE_CLASS).filter((each) => annotationsOf(each)[DEFAULT_CLASS] === 'true');
  return marked.sort((a, b) => createdAt(b) - createdAt(a))[0]?.metadata.name;
}

function reconcileClaim(cluster: ClusterView, claim: KubeObject, inUse: boolean, now: number): number | undefined {
  const { store } = cluster;
  if (isLeaving(claim)) {
    if (!inUse) dropFinalizer(store, CLAIM, claim, IN_USE);
    return undefined;
  }
  withFinalizer(store, CLAIM, claim, IN_USE);
  if (textIn(statusOf(claim), 'phase') === 'Bound') return undefined;
  const spec = specOf(claim);
  const named = textIn(spec, 'storageClassName');
  if (named === undefined) {
    const name = defaultClass(cluster);
    const live = store.get(CLAIM, namespaceOf(claim), claim.metadata.name);
    if (name !== undefined) store.replace(CLAIM, { ...live, spec: { ...spec, storageClassName: name } });
    else {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      tell(cluster, NAME, claim, { type: 'Normal', reason: 'FailedBinding', message });
    }
    writePending(store, claim);
    return undefined;
  }
  const storageClass = store.find(STORAGE_CLASS, '', named);
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${named}" not found`;
    tell(cluster, NAME, claim, { type: 'Warning', reason: 'ProvisioningFailed', message });
    writePending(store, claim);
    return undefined;
  }
  writePending(store, claim);
  return provision(cluster, claim, storageClass, now);
}

function writePending(store: ObjectStore, claim: KubeObject): void {
  if (textIn(statusOf(claim), 'phase') === undefined) writeStatus(store, CLAIM, claim, { phase: 'Pending' });
}

function provision(cluster: ClusterView, claim: KubeObject, storageClass: KubeObject, now: number): number | undefined {
  const { store } = cluster;
  const waits = storageClass['volumeBindingMode'] === 'WaitForFirstConsumer';
  const nodeName = textIn(annotationsOf(claim), SELECTED_NODE);
  const node = nodeName === undefined ? store.list(NODE)[0] : store.find(NODE, '', nodeName);
  if ((waits && nodeName === undefined) || node === undefined) {
    const message = 'waiting for first consumer to be created before binding';
    tell(cluster, NAME, claim, { type: 'Normal', reason: 'WaitForFirstConsumer', message });
    return undefined;
  }
  const asked = cluster.memory<Record<string, number>>('provisioning', () => ({}));
  const driver = store.find(DEPLOYMENT, 'kube-system', 'ebs-csi-controller');
  if ((numberIn(statusOf(driver), 'availableReplicas') ?? 0) === 0) {
    const message = `Waiting for a volume to be created either by the external provisioner '${textIn(storageClass, 'provisioner') ?? ''}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    tell(cluster, NAME, claim, { type: 'Normal', reason: 'ExternalProvisioning', message });
    delete asked[uidOf(claim)];
    return undefined;
  }
  const readyAt = (asked[uidOf(claim)] ??= now + PROVISION_MS);
  if (now < readyAt) return readyAt;
  delete asked[uidOf(claim)];
  bind(cluster, claim, storageClass, textIn(labelsOf(node), 'topology.kubernetes.io/zone') ?? '', now);
  return undefined;
}

function bind(cluster: ClusterView, claim: KubeObject, storageClass: KubeObject, zone: string, now: number): void {
  const { store } = cluster;
  const spec = specOf(claim);
  const name = `pvc-${uidOf(claim)}`;
  const asked = objectIn(objectIn(spec, 'resources'), 'requests')['storage'] ?? '1Gi';
  const gib = Math.max(1, Math.ceil(quantity(asked) / GIB));
  const made = makeVolume(cluster, { claim, name, zone, gib, type: textIn(objectIn(storageClass, 'parameters'), 'type') ?? 'gp3', now });
  const capacity = { storage: `${gib}Gi` };
  const modes = textsIn(spec, 'accessModes');
  store.create(VOLUME, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      labels: { 'topology.kubernetes.io/zone': zone },
      annotations: { 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com' },
      finalizers: [ATTACHER, 'kubernetes.io/pv-protection'],
    },
    spec: {
      capacity,
      accessModes: [...modes],
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: namespaceOf(claim),
        name: claim.metadata.name,
        uid: uidOf(claim),
      },
      csi: { driver: 'ebs.csi.aws.com', fsType: 'ext4', volumeHandle: made.id },
      persistentVolumeReclaimPolicy: textIn(storageClass, 'reclaimPolicy') ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: 'Filesystem',
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] }] },
      },
    },
    status: { phase: 'Bound' },
  });
  const live = store.get(CLAIM, namespaceOf(claim), claim.metadata.name);
  store.replace(CLAIM, {
    ...live,
    spec: { ...specOf(live), volumeName: name },
    status: { phase: 'Bound', accessModes: [...modes], capacity },
  });
  const message = `Successfully provisioned volume ${name}`;
  tell(cluster, 'ebs.csi.aws.com', claim, { type: 'Normal', reason: 'ProvisioningSucceeded', message });
}

interface NewVolume {
  readonly claim: KubeObject;
  readonly name: string;
  readonly zone: string;
  readonly gib: number;
  readonly type: string;
  readonly now: number;
}

/** The driver's tags (aws-ebs-csi-driver, docs/tagging.md), with those that the add-on's configuration adds. */
function makeVolume({ world, cluster }: ClusterView, { claim, name, zone, gib, type, now }: NewVolume): VolumeRecord {
  const tags = {
    Name: `${cluster.name}-dynamic-${name}`,
    CSIVolumeName: name,
    'ebs.csi.aws.com/cluster': 'true',
    KubernetesCluster: cluster.name,
    [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
    'kubernetes.io/created-for/pv/name': name,
    'kubernetes.io/created-for/pvc/name': claim.metadata.name,
    'kubernetes.io/created-for/pvc/namespace': namespaceOf(claim),
    ...extraTags(cluster.addons['aws-ebs-csi-driver']?.settings.configuration),
  };
  const made: VolumeRecord = { ...bornVisible(world, 'vol', tags, now), zone, sizeGiB: gib, type, encrypted: false };
  ec2Of(world, cluster.region).volumes.push(made);
  return made;
}

/** `{"controller":{"extraVolumeTags":{…}}}`, checked by EKS when it was sent. */
function extraTags(configuration: string | undefined): Record<string, string> {
  if (configuration === undefined || !configuration.trimStart().startsWith('{')) return {};
  const tags = objectIn(objectIn(JSON.parse(configuration) as JsonObject, 'controller'), 'extraVolumeTags');
  return Object.fromEntries(Object.entries(tags).filter((each): each is [string, string] => typeof each[1] === 'string'));
}

/** A volume whose claim is gone is released; with the policy Delete it goes, and the EBS volume with it. */
function reconcileVolume(cluster: ClusterView, volume: KubeObject, now: number): number | undefined {
  const { store, world } = cluster;
  const reference = objectIn(specOf(volume), 'claimRef');
  const claim = store.find(CLAIM, textIn(reference, 'namespace') ?? '', textIn(reference, 'name') ?? '');
  if (claim !== undefined && uidOf(claim) === textIn(reference, 'uid') && !isLeaving(volume)) return undefined;
  if (claim !== undefined && uidOf(claim) === textIn(reference, 'uid')) return undefined;
  if (textIn(specOf(volume), 'persistentVolumeReclaimPolicy') !== 'Delete') {
    writeStatus(store, VOLUME, volume, { phase: 'Released' });
    return undefined;
  }
  const leaving = cluster.memory<Record<string, number>>('deleting-volumes', () => ({}));
  const goneAt = (leaving[volume.metadata.name] ??= now + DELETE_MS);
  if (now < goneAt) {
    writeStatus(store, VOLUME, volume, { phase: 'Released' });
    return goneAt;
  }
  delete leaving[volume.metadata.name];
  const record = ec2Of(world, cluster.cluster.region).volumes.find(
    (each) => each.id === textIn(objectIn(specOf(volume), 'csi'), 'volumeHandle'),
  );
  if (record !== undefined) {
    delete record.attachment;
    record.goneAt = now;
  }
  writeMetadata(store, VOLUME, volume, { finalizers: [] });
  const live = store.find(VOLUME, '', volume.metadata.name);
  if (live !== undefined) removeIfThere(store, VOLUME, live);
  return undefined;
}

/** EC2's side of a volume: attached to the instance on whose node a pod uses it. */
function attach({ store, world, cluster }: ClusterView, now: number): void {
  const volumes = store.list(VOLUME);
  if (volumes.length === 0) return;
  const instances = new Map(store.list(NODE).map((node) => [node.metadata.name, textIn(specOf(node), 'providerID')?.split('/').at(-1)]));
  const records = new Map(ec2Of(world, cluster.region).volumes.map((each) => [each.id, each]));
  const users = new Map<string, string>();
  for (const pod of store.list(POD).filter((each) => !isOver(each))) {
    const instance = instances.get(nodeOf(pod) ?? '');
    if (instance !== undefined) for (const claim of claimsOf(pod)) users.set(`${namespaceOf(pod)}/${claim}`, instance);
  }
  for (const volume of volumes) {
    const record = records.get(textIn(objectIn(specOf(volume), 'csi'), 'volumeHandle') ?? '');
    const reference = objectIn(specOf(volume), 'claimRef');
    const instanceId = users.get(`${textIn(reference, 'namespace') ?? ''}/${textIn(reference, 'name') ?? ''}`);
    if (record === undefined || record.attachment?.instanceId === instanceId) continue;
    if (instanceId === undefined) delete record.attachment;
    else record.attachment = { instanceId, device: '/dev/xvdba', attachedAt: now };
  }
}
