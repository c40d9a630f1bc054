import type { LoadBalancerOut } from '../aws/outputs.ts';
import type { BucketOut } from '../aws/s3/bucket.ts';
import type { AnyResource, Handle, Resource, ResourceId } from '../core/graph/resource.ts';
import type { Stage } from '../core/graph/stage.ts';
import type { InCluster } from '../kubernetes/cluster.ts';
import { ingressAdmission } from '../kubernetes/gates/ingressAdmission.ts';
import { releaseService } from '../kubernetes/helm/releaseService.ts';
import { applySet, type ApplySet } from '../kubernetes/objects/applySet.ts';
import { objectResource, type ObjectNeeds, type ObjectOut, type ObjectWish } from '../kubernetes/objects/objectResource.ts';
import { platformLabel } from '../kubernetes/platformLabel.ts';
import { secret } from '../kubernetes/secret.ts';
import type { PlacedObject } from '../manifests/manifestObject.ts';
import { groupKind, objectId, type ObjectKey } from '../manifests/objectKey.ts';
import { arrange, type Arrangement } from './arrangement.ts';
import { DELEGATION, otherIssuers, waitsForDns, weeklyLimits } from './certificates.ts';
import type { ClusterStage } from './cluster.ts';
import {
  admissionOf,
  admissionOfChart,
  balancedByChart,
  balancedByManifest,
  dnsResources,
  INGRESS_STAGE,
  isLoadBalancer,
  loadBalancerOf,
} from './ingress.ts';
import type { KubernetesContext } from './kubernetesContext.ts';
import type { KubernetesStage } from './kubernetesTable.ts';
import { listener, listenerId } from './listener.ts';
import { bucketResources, bucketsByUser, storeKeysIn } from './objectStore.ts';
import { releaseOf, type Release } from './releases.ts';
import { requiresOf, stagesInCluster } from './stageFolders.ts';
import type { StageContext } from './stageContext.ts';
import { STORAGE_CLASS_ID, takesOurClass } from './storage.ts';

/** Whoever made the cluster is let in by an entry of ours: nothing is written before it. */
const CREATOR = 'access/creator';

/**
 * The stages above the AWS ones: objects of manifests, and what the manifests ask for without saying it (Secrets, buckets, the load
 * balancer, records). A stage without anything in it is left out, and who requires it then requires what it required.
 */
export function kubernetesStages(
  context: StageContext,
  kubernetes: KubernetesContext,
  control: ClusterStage,
  below: readonly string[],
): readonly Stage[] {
  const builder = new StageBuilder(context, kubernetes, control, below);
  const rows = stagesInCluster(context.spec).map((row) => ({ row, resources: builder.resourcesOf(row) }));
  const filled = rows.filter(({ resources }) => resources.length > 0);
  const present = new Set([...below, ...filled.map(({ row }) => row.id)]);
  return filled.map(({ row, resources }) => ({
    id: row.id,
    title: row.title,
    doc: `docs/stages/${row.id}.md`,
    icon: row.icon,
    requires: presentRequires(context, row.id, present),
    barrier: true,
    summary: row.summary,
    warnings: row.warnings,
    resources,
  }));
}

/** What a stage requires, as far as it is there; for what is not, what that required. */
function presentRequires({ spec }: StageContext, id: string, present: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>([id]);
  const open = [...requiresOf(spec, id)].reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (present.has(next)) found.add(next);
    else open.push(...requiresOf(spec, next));
  }
  return [...found];
}

class StageBuilder {
  readonly #context: StageContext;
  readonly #kubernetes: KubernetesContext;
  readonly #inCluster: InCluster;
  readonly #arrangement: Arrangement;
  readonly #label: string;
  readonly #otherIssuers: ReadonlySet<ResourceId>;
  readonly #hasStorage: boolean;
  #balancer: Handle<LoadBalancerOut> | undefined;
  #buckets: ReadonlyMap<ResourceId, readonly Handle<BucketOut>[]> = new Map();

  constructor(context: StageContext, kubernetes: KubernetesContext, control: ClusterStage, below: readonly string[]) {
    this.#context = context;
    this.#hasStorage = below.includes('ebs-csi');
    this.#kubernetes = kubernetes;
    this.#inCluster = { cluster: control.cluster, reach: context.reach };
    this.#arrangement = arrange(context.spec, kubernetes.manifests.set, kubernetes.manifests.charts);
    this.#label = platformLabel(context.identity.platform);
    this.#otherIssuers = new Set(otherIssuers(context.spec, this.#arrangement.objects).map(({ key }) => objectId(key)));
  }

  resourcesOf({ id }: KubernetesStage): readonly AnyResource[] {
    const objects = this.#arrangement.objects.filter(({ stage }) => stage === id);
    const inventory = this.#inventoryOf(id, objects);
    const release = this.#releaseOf(id);
    const resources = objects.map((object) => ({ object, resource: this.#object(object, inventory) }));
    return [
      ...(objects.length === 0 ? [] : [inventory.resource]),
      ...resources.map(({ resource }) => resource),
      ...(release?.resources ?? []),
      ...this.#secretsOf(id),
      ...(id === INGRESS_STAGE ? [...this.#admission(objects, release), ...this.#loadBalancer(resources, release)] : []),
      ...(id === 'dns' ? this.#dns() : []),
      ...(id === 'minio' ? this.#bucketsIn(objects) : []),
      ...this.#listenersOf(id, objects),
    ];
  }

  #inventoryOf(stage: string, objects: readonly PlacedObject[]): ApplySet {
    const members = objects.map(({ key }) => key);
    return applySet(this.#inCluster, { stage, label: this.#label, members, after: [CREATOR] });
  }

  #object(object: PlacedObject, inventory: ApplySet): Resource<ObjectOut, ObjectNeeds> {
    const { kind, namespace, name } = object.key;
    // A listener that died with its bucket is restarted before its source is looked at.
    const before = this.#listenedTo(object.stage, object.key).length === 0 ? [] : [listenerId(namespace, name)];
    const storage = this.#hasStorage && takesOurClass(object) ? [STORAGE_CLASS_ID] : [];
    return objectResource(this.#inCluster, {
      object,
      title: `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
      label: this.#label,
      applySet: inventory,
      ...this.#awaitedBy(object),
      ...this.#issuerTraits(object),
      ...this.#namespaceTraits(object),
      after: [...(this.#arrangement.after.get(objectId(object.key)) ?? []), ...before, ...storage],
    });
  }

  /** Of a claim who mounts it: until that one has a pod, the claim has no volume. */
  #awaitedBy(object: PlacedObject): Pick<ObjectWish, 'awaits'> {
    const { key } = object;
    if (waitsForDns(object, this.#kubernetes.manifests.set)) return { awaits: DELEGATION };
    if (key.kind !== 'PersistentVolumeClaim') return {};
    const id = objectId(key);
    const mounts = this.#kubernetes.manifests.set.references.find(({ to, from }) => objectId(to) === id && from.key.group === 'apps');
    return mounts === undefined ? {} : { awaits: objectId(mounts.from.key) };
  }

  #namespaceTraits({ key }: PlacedObject): Pick<ObjectWish, 'isImplied' | 'makes'> {
    if (groupKind(key) !== 'Namespace') return {};
    const { references } = this.#kubernetes.manifests.set;
    const makes = new Set(references.flatMap(({ to, makes: isMade }) => (isMade && to.namespace === key.name ? [objectId(to)] : [])));
    return { makes, ...(this.#arrangement.implied.has(objectId(key)) ? { isImplied: true } : {}) };
  }

  #issuerTraits(object: PlacedObject): Pick<ObjectWish, 'unneeded' | 'notes'> {
    const { set, charts } = this.#kubernetes.manifests;
    const notes = weeklyLimits(object, set, charts);
    if (this.#otherIssuers.has(objectId(object.key))) return { unneeded: 'tls.issuer names another' };
    return notes.length === 0 ? {} : { notes };
  }

  #releaseOf(stage: string): Release | undefined {
    const { manifests, helm } = this.#kubernetes;
    const chart = manifests.charts.find((each) => each.stage === stage);
    if (chart === undefined) return undefined;
    const storeKeys = storeKeysIn(this.#arrangement.objects.filter((object) => object.stage === 'minio'));
    const before = [
      `Namespace/${chart.namespace}`,
      ...(storeKeys === undefined ? [] : [`Secret/${storeKeys.namespace}/${storeKeys.name}`]),
    ];
    const after = before.filter((id) => this.#isThere(id));
    return releaseOf(chart, { inCluster: this.#inCluster, helm, label: this.#label, after, storeKeys });
  }

  #isThere(id: ResourceId): boolean {
    const { objects, secrets } = this.#arrangement;
    return objects.some(({ key }) => objectId(key) === id) || secrets.some((secret) => secret.id === id);
  }

  #secretsOf(stage: string): readonly AnyResource[] {
    return this.#arrangement.secrets
      .filter((each) => each.stage === stage)
      .map(({ key: { namespace, name }, keys, needs }) => {
        const after = [`Namespace/${namespace}`].filter((id) => this.#isThere(id));
        const neededBy = [...new Set(needs.map(({ from }) => objectId(from.key)))];
        return secret(this.#inCluster, { namespace, name, keys, neededBy, label: this.#label, after }, this.#kubernetes.secrets);
      });
  }

  #bucketsIn(objects: readonly PlacedObject[]): readonly AnyResource[] {
    const { manifests } = this.#kubernetes;
    const { spec, agents } = this.#context;
    const endpoint = spec.minio?.endpoint;
    const given = endpoint === undefined ? undefined : { endpoint, agents };
    const buckets = bucketResources(this.#inCluster, manifests, objects, given);
    this.#buckets = bucketsByUser(manifests, buckets);
    return buckets;
  }

  #listenersOf(stage: string, objects: readonly PlacedObject[]): readonly AnyResource[] {
    return objects.flatMap(({ key }) => {
      const buckets = this.#listenedTo(stage, key);
      return buckets.length === 0 ? [] : [listener(this.#inCluster, key, buckets)];
    });
  }

  /** None for who comes before the store itself. */
  #listenedTo(stage: string, key: ObjectKey): readonly Handle<BucketOut>[] {
    if (groupKind(key) !== 'EventSource.argoproj.io' || this.#arrangement.requires.get('minio')?.has(stage) === true) return [];
    return this.#buckets.get(objectId(key)) ?? [];
  }

  #admission(objects: readonly PlacedObject[], release: Release | undefined): readonly AnyResource[] {
    const wish = admissionOf(objects) ?? (release === undefined ? undefined : admissionOfChart(release));
    return wish === undefined ? [] : [ingressAdmission(this.#inCluster, wish)];
  }

  /** Of several Services with a load balancer the first is the one that the domain leads to; without one in the manifests that of the chart. */
  #loadBalancer(
    resources: readonly { readonly object: PlacedObject; readonly resource: Resource<ObjectOut, ObjectNeeds> }[],
    release: Release | undefined,
  ): readonly AnyResource[] {
    const found = resources.find(({ object }) => isLoadBalancer(object));
    const { resolver } = this.#kubernetes;
    if (found !== undefined) return this.#behind(loadBalancerOf(this.#context, resolver, balancedByManifest(found.object), found.resource));
    if (release === undefined) return [];
    const service = releaseService(this.#inCluster, release.chart, release.handle);
    return [service, ...this.#behind(loadBalancerOf(this.#context, resolver, balancedByChart(release.chart), service))];
  }

  #behind({ balancer, resolves }: ReturnType<typeof loadBalancerOf>): readonly AnyResource[] {
    this.#balancer = balancer;
    return [balancer, resolves];
  }

  #dns(): readonly AnyResource[] {
    const { domain } = this.#context.spec;
    if (domain === undefined || this.#balancer === undefined) return [];
    return dnsResources(this.#context, this.#kubernetes.resolver, domain, this.#balancer);
  }
}
