import type { Finding, SourceRange } from '../core/findings/finding.ts';
import { token } from '../core/findings/token.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import { platformKeys } from '../core/platform/keys.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import type { Values } from '../kubernetes/helm/values.ts';
import type { Edge } from '../manifests/edges.ts';
import { at, isObject, itemsAt, textAt, textsAt } from '../manifests/json.ts';
import type { PlacedObject } from '../manifests/manifestObject.ts';
import type { ManifestSet } from '../manifests/manifestSet.ts';
import { groupKind, objectId } from '../manifests/objectKey.ts';
import type { StageChart } from './kubernetesContext.ts';

const GROUP = 'cert-manager.io';
/** What names the issuer on an Ingress (cert-manager, "Annotated Ingress resource"). */
const ISSUER_ANNOTATION = `${GROUP}/cluster-issuer`;
/** What a Certificate waits for: no resource, since only the registrar can do it, so no run waits for its end. */
export const DELEGATION: ResourceId = 'delegation';

const isOfTls = ({ key, stage }: PlacedObject): boolean => stage === 'tls' && groupKind(key) === `ClusterIssuer.${GROUP}`;

/** The one of the stage's issuers that must be ready: that of `tls.issuer`. `undefined`: there is none of that name, and all must. */
export function neededIssuer({ tls }: Pick<PlatformSpec, 'tls'>, objects: readonly PlacedObject[]): PlacedObject | undefined {
  const name = tls?.issuer ?? platformKeys.keys.tls.keys.issuer.default;
  return objects.find((object) => isOfTls(object) && object.key.name === name);
}

/** The issuers that may stay unready. They come after the one that is needed: a trial with staging is not spoilt by what fails beside it. */
export function otherIssuers(spec: Pick<PlatformSpec, 'tls'>, objects: readonly PlacedObject[]): readonly PlacedObject[] {
  const needed = neededIssuer(spec, objects);
  return needed === undefined ? [] : objects.filter((object) => isOfTls(object) && object !== needed);
}

/** The edges with those between issuers. */
export function withIssuerEdges(
  edges: ReadonlyMap<ResourceId, readonly Edge[]>,
  spec: Pick<PlatformSpec, 'tls'>,
  objects: readonly PlacedObject[],
): ReadonlyMap<ResourceId, readonly Edge[]> {
  const needed = neededIssuer(spec, objects);
  if (needed === undefined) return edges;
  const edge: Edge = { to: objectId(needed.key), order: 'should', because: 'tls.issuer names that one' };
  const more = otherIssuers(spec, objects).map(({ key }) => objectId(key));
  return new Map([...edges, ...more.map((id) => [id, [...(edges.get(id) ?? []), edge]] as const)]);
}

/** `tls.issuer` that names none. @param range of the key, where it is written */
export function issuerFindings(
  spec: Pick<PlatformSpec, 'tls'>,
  { objects }: ManifestSet,
  range: SourceRange | undefined,
): readonly Finding[] {
  if (range === undefined || spec.tls === undefined || neededIssuer(spec, objects) !== undefined) return [];
  const names = objects.filter(isOfTls).map(({ key }) => key.name);
  const instead =
    names.length === 0 ? 'there is none at all, and nothing waits for one' : `there is ${names.join(', ')}, and all must be ready`;
  const message = `No manifest of the stage tls defines a ClusterIssuer ${token(spec.tls.issuer)}: ${instead}.`;
  return [{ code: 'platform.issuer-unknown', severity: 'warning', message, range }];
}

/**
 * Whether a Certificate can only be had once the world asks the zone for its names: those of an ACME issuer, and of one that no manifest
 * tells of. What a cluster signs by itself waits for nobody.
 */
export function waitsForDns({ key, json }: PlacedObject, { byId }: Pick<ManifestSet, 'byId'>): boolean {
  if (groupKind(key) !== `Certificate.${GROUP}`) return false;
  const { name = '', kind = 'Issuer' } = textsAt(json, 'spec', 'issuerRef');
  const namespace = kind === 'ClusterIssuer' ? '' : key.namespace;
  const issuer = byId.get(objectId({ group: GROUP, kind, namespace, name }));
  return issuer === undefined || isObject(at(issuer.json, 'spec', 'acme'));
}

const LETS_ENCRYPT = 'acme-v02.api.letsencrypt.org';

/** What a person has to know before a platform is made whose certificates come from Let's Encrypt. */
export function weeklyLimits(
  issuer: PlacedObject,
  { objects }: Pick<ManifestSet, 'objects'>,
  charts: readonly StageChart[],
): readonly Finding[] {
  if (groupKind(issuer.key) !== `ClusterIssuer.${GROUP}`) return [];
  if (URL.parse(textAt(issuer.json, 'spec', 'acme', 'server') ?? '')?.hostname !== LETS_ENCRYPT) return [];
  const { name } = issuer.key;
  const asked = [...objects.map((object) => askedBy(object, name)), ...charts.map(({ values }) => askedByChart(values, name))];
  const count = asked.reduce((sum, each) => sum + each, 0);
  if (count === 0) return [];
  // letsencrypt.org/docs/rate-limits: "New Certificates per Exact Set of Identifiers" and "per Registered Domain", each in seven days.
  const message = `${name}: Let’s Encrypt gives 5 certificates a week for the same names and 50 for one domain; this platform asks for ${count}. Made anew for the sixth time in a week it gets none: try with staging first.`;
  return [{ code: 'tls-limits', severity: 'information', resource: objectId(issuer.key), message }];
}

function askedBy({ key, json }: PlacedObject, issuer: string): number {
  if (groupKind(key) === `Certificate.${GROUP}`) {
    const { name, kind } = textsAt(json, 'spec', 'issuerRef');
    return name === issuer && kind === 'ClusterIssuer' ? 1 : 0;
  }
  const isAnnotated =
    groupKind(key) === 'Ingress.networking.k8s.io' && textsAt(json, 'metadata', 'annotations')[ISSUER_ANNOTATION] === issuer;
  return isAnnotated ? itemsAt(json, 'spec', 'tls').length : 0;
}

/** As charts are used to name it: `ingress.annotations` and `ingress.tls`. */
const askedByChart = (values: Values, issuer: string): number =>
  textsAt(values, 'ingress', 'annotations')[ISSUER_ANNOTATION] === issuer ? itemsAt(values, 'ingress', 'tls').length : 0;
