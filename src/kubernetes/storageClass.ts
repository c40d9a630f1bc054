import { compare } from '../core/graph/compare.ts';
import { NotYet } from '../core/graph/errors.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { Attributes, Handle, Look, Resource } from '../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from './client.ts';
import { clientOf } from './cluster.ts';
import type { InCluster } from './cluster.ts';
import type { ClusterAddress } from './connection.ts';
import { PLATFORM_LABEL } from './platformLabel.ts';

const PATH = '/apis/storage.k8s.io/v1/storageclasses';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

interface StorageClass extends KubernetesObject {
  readonly provisioner?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
  readonly allowVolumeExpansion?: boolean;
}

export interface StorageClassOut {
  readonly name: string;
}

export interface StorageClassWish {
  readonly name: string;
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  readonly after: readonly string[];
}

type StorageClassNeeds = { readonly cluster: Handle<ClusterAddress> };

/**
 * A default class of gp3 volumes. Since EKS 1.30 no class is the default, and claims without a class would wait for ever.
 * Volumes are made where the pod is (`WaitForFirstConsumer`): EBS knows one zone only.
 */
export function storageClass(inCluster: InCluster, wish: StorageClassWish): Resource<StorageClassOut, StorageClassNeeds> {
  const { cluster, reach } = inCluster;
  const { name, label, after } = wish;
  const path = `${PATH}/${name}`;
  const title = `Storage class ${name}`;
  const manifest = manifestOf(name, label);
  /** A delete is told what was seen, not where: it goes to the cluster that the last look went to. */
  let seenWith: KubernetesClient | undefined;
  return {
    id: `StorageClass.storage.k8s.io/${name}`,
    kind: 'StorageClass',
    provider: 'kubernetes',
    title,
    needs: { cluster },
    after,
    within: cluster,
    async observe(look) {
      seenWith = await clientOf(look, inCluster);
      const found = (await listClasses(look, seenWith)).find((each) => each.metadata.name === name);
      if (found === undefined) return { state: 'absent' };
      return {
        state: 'ready',
        owner: found.metadata.labels?.[PLATFORM_LABEL] === label ? 'slipway' : 'foreign',
        physicalId: found.metadata.uid ?? name,
        outputs: { name },
        attributes: attributesOf(found),
      };
    },
    steps: {
      plan: (seen) => compare(title, seen, attributesOf(manifest), { paths: IMMUTABLE, otherwise: 'replace' }),
      async create({ cluster: address }, ctx) {
        await reach(address).apply(path, manifest, ctx.signal);
      },
      async update(_seen, { cluster: address }, ctx) {
        await reach(address).apply(path, manifest, ctx.signal);
      },
      async delete(_seen, ctx) {
        if (seenWith === undefined) throw new NotYet('the cluster cannot be reached just now');
        await seenWith.delete(path, ctx.signal);
      },
      foresee: () => ({ name }),
    },
    check: async (look) => otherDefaults(await listClasses(look, await clientOf(look, inCluster)), name),
    estimate: () => ({ createSeconds: 2, updateSeconds: 2, deleteSeconds: 2, monthlyUsd: 0 }),
    commands: () => [
      { stdin: JSON.stringify(manifest), argv: ['kubectl', 'apply', '--server-side', '--field-manager', 'slipway', '-f', '-'] },
    ],
  };
}

/** Kubernetes refuses to change these in a class that exists. */
const IMMUTABLE = ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'];

function manifestOf(name: string, label: string) {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, labels: { [PLATFORM_LABEL]: label }, annotations: { [DEFAULT_CLASS]: 'true' } },
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3' },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  };
}

function attributesOf(found: StorageClass): Attributes {
  return {
    provisioner: found.provisioner ?? null,
    parameters: found.parameters ?? {},
    reclaimPolicy: found.reclaimPolicy ?? 'Delete',
    volumeBindingMode: found.volumeBindingMode ?? 'Immediate',
    allowVolumeExpansion: found.allowVolumeExpansion ?? false,
    isDefault: isDefault(found),
  };
}

const isDefault = ({ metadata }: StorageClass): boolean => metadata.annotations?.[DEFAULT_CLASS] === 'true';

/** One LIST for all who ask; none where there is no cluster. */
function listClasses(look: Look, client: KubernetesClient | undefined): Promise<readonly StorageClass[]> {
  return client === undefined
    ? Promise.resolve([])
    : look.share('kubernetes:storageclasses', () => client.list<StorageClass>(PATH, look.signal));
}

/** With two default classes the newest wins (Kubernetes 1.26), which is rarely the one that people think of. */
function otherDefaults(classes: readonly StorageClass[], name: string): readonly Finding[] {
  return classes
    .filter((each) => each.metadata.name !== name && isDefault(each))
    .map((each) => ({
      code: 'storage-class-default',
      severity: 'warning',
      resource: `StorageClass.storage.k8s.io/${name}`,
      message: `The storage class ${each.metadata.name} is a default too: claims without a class may get that one. Remove its annotation ${DEFAULT_CLASS}.`,
    }));
}
