import schemas from './schemas.json' with { type: 'json' };

/**
 * The type of a field: a scalar, something of any shape, a list, a map, or an object with known fields.
 * `atomic` values have one owner as a whole; others have one for each field (kubernetes.io, "Server-Side Apply": merge strategy).
 */
export type FieldType =
  | { readonly is: 'scalar'; readonly scalar: 'string' | 'boolean' | 'number' }
  | { readonly is: 'any' }
  | { readonly is: 'map'; readonly of: FieldType }
  | { readonly is: 'list'; readonly of: FieldType; readonly keys: readonly string[]; readonly set: boolean }
  | { readonly is: 'object'; readonly name: string; readonly atomic: boolean; field(key: string): FieldType | undefined };

/** `x-kubernetes-list-map-keys` of the API server's OpenAPI document, for the lists of our kinds that have them. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  'PodSpec.containers': ['name'],
  'PodSpec.initContainers': ['name'],
  'PodSpec.ephemeralContainers': ['name'],
  'PodSpec.volumes': ['name'],
  'PodSpec.imagePullSecrets': ['name'],
  'PodSpec.hostAliases': ['ip'],
  'PodSpec.topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
  'Container.env': ['name'],
  'Container.ports': ['containerPort', 'protocol'],
  'Container.volumeMounts': ['mountPath'],
  'Container.volumeDevices': ['devicePath'],
  'ServiceSpec.ports': ['port', 'protocol'],
  'ServiceAccount.secrets': ['name'],
  'ServiceAccount.imagePullSecrets': ['name'],
  'ObjectMeta.ownerReferences': ['uid'],
  'NodeStatus.conditions': ['type'],
  'NodeStatus.addresses': ['type'],
  'PodStatus.conditions': ['type'],
  'DeploymentStatus.conditions': ['type'],
  'DaemonSetStatus.conditions': ['type'],
  'ReplicaSetStatus.conditions': ['type'],
  'NamespaceStatus.conditions': ['type'],
};
const SETS = ['ObjectMeta.finalizers', 'NodeSpec.podCIDRs', 'PersistentVolumeClaimSpec.accessModes'];
const ATOMIC = [
  'LabelSelector',
  'ObjectReference',
  'LocalObjectReference',
  'SecretReference',
  'ConfigMapKeySelector',
  'SecretKeySelector',
  'NodeSelector',
  'TypedLocalObjectReference',
];

const known: Readonly<Record<string, Readonly<Record<string, string>>>> = schemas;

/** The type of a kind. @throws RangeError for one that is not in `schemas.json` */
export function schemaOf(name: string): FieldType & { readonly is: 'object' } {
  const fields = known[name];
  if (fields === undefined) throw new RangeError(`schemas.json has no ${name}`);
  return {
    is: 'object',
    name,
    atomic: ATOMIC.includes(name),
    field: (key) => {
      if (name === 'ObjectMeta' && key === 'managedFields') return { is: 'any' };
      const type = fields[key];
      return type === undefined ? undefined : fieldType(type, `${name}.${key}`);
    },
  };
}

/** Field names of an object type, for OpenAPI. */
export function fieldsOf(name: string): Readonly<Record<string, string>> {
  return known[name] ?? {};
}

/** All object types. */
export function schemaNames(): readonly string[] {
  return Object.keys(known);
}

function fieldType(type: string, path: string): FieldType {
  if (type === 'any') return { is: 'any' };
  if (type === 'string' || type === 'boolean' || type === 'number') return { is: 'scalar', scalar: type };
  if (type.startsWith('map:')) return { is: 'map', of: fieldType(type.slice('map:'.length), path) };
  if (type.startsWith('list:')) {
    return { is: 'list', of: fieldType(type.slice('list:'.length), path), keys: LIST_KEYS[path] ?? [], set: SETS.includes(path) };
  }
  return schemaOf(type);
}
