import type { Finding } from '../core/findings/finding.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import { edgesOf, type Edge } from '../manifests/edges.ts';
import { at, isObject } from '../manifests/json.ts';
import type { JsonObject, PlacedObject, Source } from '../manifests/manifestObject.ts';
import { place, type ManifestSet } from '../manifests/manifestSet.ts';
import { missingSecrets, type MissingSecret } from '../manifests/missingSecrets.ts';
import { groupKind, objectId } from '../manifests/objectKey.ts';
import { isEarly } from '../kubernetes/objects/traits.ts';
import { releaseId } from '../kubernetes/helm/release.ts';
import { DOCKER_CONFIG_KEYS, PULL_SECRET_KEY } from '../kubernetes/credentials.ts';
import type { StageChart } from './kubernetesContext.ts';
import { withoutStageCircles } from './stageCircles.ts';
import { withIssuerEdges } from './certificates.ts';
import { withReleaseEdges } from './releaseEdges.ts';
import { requiresOf, stagesInCluster } from './stageFolders.ts';

/** Which object belongs to which stage, what comes after what, and what is missing. Pure: nothing is asked. */
export interface Arrangement {
  readonly objects: readonly PlacedObject[];
  /** Namespaces that are used and written nowhere, by id. */
  readonly implied: ReadonlySet<ResourceId>;
  /** By the id of who comes after; ids of Secrets that a person gives are among them. */
  readonly after: ReadonlyMap<ResourceId, readonly ResourceId[]>;
  readonly secrets: readonly PlacedSecret[];
  /** What each stage requires, closed over stages. */
  readonly requires: ReadonlyMap<string, ReadonlySet<string>>;
  readonly findings: readonly Finding[];
}

export interface PlacedSecret extends MissingSecret {
  readonly stage: string;
}

/** Namespaces that every cluster has. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(['', 'default', 'kube-system', 'kube-public', 'kube-node-lease']);

export function arrange(spec: PlatformSpec, set: ManifestSet, charts: readonly StageChart[]): Arrangement {
  const on = new Set(stagesInCluster(spec).map(({ id }) => id));
  const requires = closedRequires(spec, on);
  const secrets = missingSecrets(set)
    .map(withPullKey)
    .map((secret): PlacedSecret => ({ ...secret, stage: isRegistryLogin(secret) ? 'kaniko' : 'secrets' }))
    .filter(({ stage }) => on.has(stage));
  const whole = withNamespaces(withEmail(set, spec), secrets, charts);
  const derived = edgesOf(whole, new Set(secrets.map(({ id }) => id)));
  const stageOf = new Map<ResourceId, string>([
    ...whole.objects.map(({ key, stage }) => [objectId(key), stage] as const),
    ...secrets.map(({ id, stage }) => [id, stage] as const),
    ...charts.map((chart) => [releaseId(chart), chart.stage] as const),
  ]);
  const findings: Finding[] = [...derived.findings];
  const edges = withIssuerEdges(withReleaseEdges(derived.after, whole.objects, charts), spec, whole.objects);
  const direct = [...edges].map(
    ([id, edges]) => [id, edges.filter((edge) => !contradicts(id, edge, whole, stageOf, requires, findings))] as const,
  );
  const unbroken = withoutStageCircles(new Map(direct), whole, { stageOf, requires });
  findings.push(...unbroken.findings);
  const after = new Map([...unbroken.edges].map(([id, edges]): [ResourceId, readonly ResourceId[]] => [id, edges.map(({ to }) => to)]));
  addSteps(spec, whole.objects, after);
  const implied = new Set([...whole.byId.keys()].filter((id) => !set.byId.has(id)));
  return { objects: whole.objects, implied, after, secrets, requires, findings };
}

const isRegistryLogin = ({ keys }: MissingSecret): boolean => keys.some((key) => DOCKER_CONFIG_KEYS.includes(key));

/** `imagePullSecrets` name no key: it is always the same. */
function withPullKey(secret: MissingSecret): MissingSecret {
  const isPulled = secret.needs.some(({ path }) => path.includes('imagePullSecrets'));
  return isPulled ? { ...secret, keys: [...new Set([...secret.keys, PULL_SECRET_KEY])].toSorted() } : secret;
}

/** The stages that come before each, those of others included. */
function closedRequires(spec: PlatformSpec, on: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const closed = new Map<string, ReadonlySet<string>>();
  for (const id of on) {
    const found = new Set<string>();
    const open = [...requiresOf(spec, id)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...requiresOf(spec, next));
    }
    closed.set(id, found);
  }
  return closed;
}

/**
 * A stage holds all of itself back until those that it requires are there, so nothing of theirs can wait for anything of it. What only
 * should come later then does not; where it must, the two cannot both be had, and both sides are named.
 */
function contradicts(
  id: ResourceId,
  edge: Edge,
  set: ManifestSet,
  stageOf: ReadonlyMap<ResourceId, string>,
  requires: ReadonlyMap<string, ReadonlySet<string>>,
  findings: Finding[],
): boolean {
  const [mine = '', theirs = ''] = [stageOf.get(id), stageOf.get(edge.to)];
  const object = set.byId.get(id);
  const other = set.byId.get(edge.to);
  if (requires.get(theirs)?.has(mine) !== true || (other !== undefined && isEarly(other))) return false;
  if (edge.order === 'must' && object !== undefined) {
    const where = other === undefined ? '' : ` (${place(other.source)})`;
    findings.push({
      code: 'stage-contradiction',
      severity: 'error',
      message: `${id} (${place(object.source)}) needs ${edge.to}${where}, but the stage ${theirs} requires the stage ${mine}: move one of the two, or change requires.`,
      range: object.source.range,
      resource: id,
    });
  }
  return true;
}

/** The files of a stage that come one after the other: whatever is in a later one waits for all that runs of the earlier. */
function addSteps(spec: PlatformSpec, objects: readonly PlacedObject[], after: Map<ResourceId, readonly ResourceId[]>): void {
  for (const { id: stage, steps = [] } of stagesInCluster(spec)) {
    const fileOf = (name: string): readonly PlacedObject[] =>
      objects.filter((object) => object.stage === stage && withoutSuffix(object.source.file).endsWith(`/${withoutSuffix(name)}`));
    for (const [index, name] of steps.entries()) {
      const before = steps.slice(0, index).flatMap(fileOf).filter(isWorkload);
      for (const object of fileOf(name).filter(isWorkload)) {
        const id = objectId(object.key);
        after.set(id, [...new Set([...(after.get(id) ?? []), ...before.map(({ key }) => objectId(key))])]);
      }
    }
  }
}

/** `.yml` and `.yaml` are the same to `kubectl`. */
const withoutSuffix = (file: string): string => file.replace(/\.ya?ml$/, '');

const isWorkload = ({ key }: PlacedObject): boolean => key.group === 'apps';

/** The set with a Namespace for each that is used and not written: nothing can be made in one that is not there. */
function withNamespaces(set: ManifestSet, secrets: readonly PlacedSecret[], charts: readonly StageChart[]): ManifestSet {
  const made = new Map<ResourceId, PlacedObject>();
  const users = [
    ...set.objects.map((object) => ({ namespace: object.key.namespace, source: object.source, stage: object.stage })),
    ...secrets.flatMap(({ key, needs, stage }) =>
      needs[0] === undefined ? [] : [{ namespace: key.namespace, source: needs[0].from.source, stage }],
    ),
    ...charts.map(({ namespace, range, stage }) => ({ namespace, source: { file: 'platform.yml', range, rangeOf: () => range }, stage })),
  ];
  for (const { namespace, source, stage } of users) {
    const id = `Namespace/${namespace}`;
    if (ALWAYS_THERE.has(namespace) || set.byId.has(id) || made.has(id)) continue;
    made.set(id, { ...namespaceNamed(namespace, source), stage });
  }
  if (made.size === 0) return set;
  const objects = [...made.values(), ...set.objects];
  return { ...set, objects, byId: new Map([...set.byId, ...made]) };
}

/** It is written nowhere: its source is the first that needs it. */
function namespaceNamed(name: string, source: Source): Omit<PlacedObject, 'stage'> {
  return {
    key: { group: '', kind: 'Namespace', namespace: '', name },
    apiVersion: 'v1',
    json: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    source,
  };
}

/** `tls.email` of platform.yml is that of every ACME account; besides it and our labels an object is sent as written. */
function withEmail(set: ManifestSet, { tls }: PlatformSpec): ManifestSet {
  const email = tls?.email;
  if (email === undefined) return set;
  const objects = set.objects.map((object): PlacedObject => {
    const acme = groupKind(object.key) === 'ClusterIssuer.cert-manager.io' ? at(object.json, 'spec', 'acme') : undefined;
    return isObject(acme) ? { ...object, json: withSpec(object.json, { acme: { ...acme, email } }), differsFromFile: true } : object;
  });
  return { ...set, objects, byId: new Map(objects.map((object) => [objectId(object.key), object])) };
}

function withSpec(json: JsonObject, changes: JsonObject): JsonObject {
  return { ...json, spec: { ...(isObject(json['spec']) ? json['spec'] : {}), ...changes } };
}
