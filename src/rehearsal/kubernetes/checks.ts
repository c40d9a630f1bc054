import { isList, isObject, objectIn, sameJson, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import type { ServedKind } from './kinds.ts';
import { invalid } from './statusError.ts';
import type { InvalidField } from './statusError.ts';

/** What makes an object impossible. @throws StatusError 422 that names every field */
export function checkObject(object: KubeObject, before: KubeObject | undefined, kind: ServedKind): void {
  const fields = [
    ...(before === undefined ? nameFlaws(object, kind) : []),
    ...requiredFlaws(object, kind),
    ...(before === undefined ? [] : immutableFlaws(object, before, kind)),
  ];
  if (fields.length > 0) throw invalid(kind, object.metadata.name, fields);
}

/** What a name must look like, with the words of the API server (kubernetes.io, "Object Names and IDs"). */
interface NameRule {
  readonly pattern: RegExp;
  readonly most: number;
  readonly words: string;
}

const SUBDOMAIN: NameRule = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  most: 253,
  words:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};
const LABEL: NameRule = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  most: 63,
  words:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
};
const SERVICE_LABEL: NameRule = {
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  most: 63,
  words:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
};
/** Names of roles may be anything that fits into a path. */
const SEGMENT: NameRule = { pattern: /^(?!\.{1,2}$)[^/%]+$/, most: 253, words: "may not contain '/' or '%'" };

function nameRule(kind: ServedKind): NameRule {
  if (kind.kind === 'Namespace') return LABEL;
  if (kind.kind === 'Service') return SERVICE_LABEL;
  return kind.group === 'rbac.authorization.k8s.io' ? SEGMENT : SUBDOMAIN;
}

function nameFlaws({ metadata }: KubeObject, kind: ServedKind): InvalidField[] {
  const rule = nameRule(kind);
  if (metadata.name.length > rule.most) {
    return [
      {
        field: 'metadata.name',
        reason: 'FieldValueInvalid',
        message: `Invalid value: "${metadata.name}": must be no more than ${rule.most} characters`,
      },
    ];
  }
  if (rule.pattern.test(metadata.name)) return [];
  return [{ field: 'metadata.name', reason: 'FieldValueInvalid', message: `Invalid value: "${metadata.name}": ${rule.words}` }];
}

const WORKLOADS = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'Job'];

function requiredFlaws(object: KubeObject, kind: ServedKind): InvalidField[] {
  if (!kind.builtIn) return [];
  const missing = (field: string, value: Json | undefined): InvalidField[] =>
    value === undefined || value === null || value === '' || (isList(value) && value.length === 0)
      ? [{ field, reason: 'FieldValueRequired', message: 'Required value' }]
      : [];
  const spec = objectIn(object, 'spec');
  switch (kind.kind) {
    case 'StorageClass':
      return missing('provisioner', object['provisioner']);
    case 'Service':
      return spec['type'] === 'ExternalName' || spec['clusterIP'] === 'None' ? [] : missing('spec.ports', spec['ports']);
    case 'Pod':
      return [...missing('spec.containers', spec['containers']), ...containerFlaws(spec, 'spec')];
    case 'PersistentVolumeClaim':
      return [...missing('spec.accessModes', spec['accessModes']), ...missing('spec.resources[storage]', storageOf(spec))];
    case 'CronJob':
      return missing('spec.schedule', spec['schedule']);
    case 'CustomResourceDefinition':
      return definitionFlaws(object, spec);
    default:
      break;
  }
  if (!WORKLOADS.includes(kind.kind)) return [];
  const podSpec = objectIn(objectIn(spec, 'template'), 'spec');
  return [
    ...(kind.kind === 'Job' ? [] : missing('spec.selector', spec['selector'])),
    ...missing('spec.template.spec.containers', podSpec['containers']),
    ...containerFlaws(podSpec, 'spec.template.spec', objectsIn(spec['volumeClaimTemplates']).map(claimName)),
    ...(kind.kind === 'Job' ? [] : selectorFlaws(spec)),
  ];
}

const storageOf = (spec: JsonObject): Json | undefined => objectIn(objectIn(spec, 'resources'), 'requests')['storage'];

/** A StatefulSet gives its pods a volume of this name for each of its templates. */
const claimName = (template: JsonObject): string => textIn(objectIn(template, 'metadata'), 'name') ?? '';

/** Names and images, and volumes that mounts name. */
function containerFlaws(spec: JsonObject, at: string, claims: readonly string[] = []): InvalidField[] {
  const volumes: readonly (Json | undefined)[] = [...objectsIn(spec['volumes']).map((volume) => volume['name']), ...claims];
  return objectsIn(spec['containers']).flatMap((container, index): InvalidField[] => {
    const field = `${at}.containers[${index}]`;
    const required = ['name', 'image'].filter((key) => (container[key] ?? '') === '');
    const mounts = objectsIn(container['volumeMounts']).flatMap((mount, position): InvalidField[] => {
      if (volumes.includes(mount['name'] ?? null)) return [];
      return [
        {
          field: `${field}.volumeMounts[${position}].name`,
          reason: 'FieldValueNotFound',
          message: `Not found: ${JSON.stringify(mount['name'] ?? '')}`,
        },
      ];
    });
    return [
      ...required.map((key): InvalidField => ({ field: `${field}.${key}`, reason: 'FieldValueRequired', message: 'Required value' })),
      ...mounts,
    ];
  });
}

function definitionFlaws(object: KubeObject, spec: JsonObject): InvalidField[] {
  const wanted = `${textIn(objectIn(spec, 'names'), 'plural') ?? ''}.${textIn(spec, 'group') ?? ''}`;
  if (object.metadata.name !== wanted) {
    const message = `Invalid value: "${object.metadata.name}": must be spec.names.plural+"."+spec.group`;
    return [{ field: 'metadata.name', reason: 'FieldValueInvalid', message }];
  }
  return objectsIn(spec['versions']).flatMap((version, index): InvalidField[] =>
    isObject(objectIn(version, 'schema')['openAPIV3Schema'])
      ? []
      : [
          {
            field: `spec.versions[${index}].schema.openAPIV3Schema`,
            reason: 'FieldValueRequired',
            message: 'Required value: schemas are required',
          },
        ],
  );
}

function selectorFlaws(spec: JsonObject): InvalidField[] {
  const labels = objectIn(objectIn(objectIn(spec, 'template'), 'metadata'), 'labels');
  const wanted = Object.entries(objectIn(objectIn(spec, 'selector'), 'matchLabels'));
  if (wanted.every(([key, value]) => labels[key] === value)) return [];
  const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
  return [{ field: 'spec.template.metadata.labels', reason: 'FieldValueInvalid', message }];
}

/** What stays as it was made, with the API server's words where they are not "field is immutable". */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  StorageClass: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  Deployment: ['spec.selector'],
  ReplicaSet: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  Job: ['spec.selector', 'spec.template', 'spec.completionMode'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
  Secret: ['type'],
  IngressClass: ['spec.controller'],
  CustomResourceDefinition: ['spec.scope'],
};
/** Of a StatefulSet all but these. */
const STATEFUL_SET = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const POD = [
  'containers',
  'initContainers',
  'ephemeralContainers',
  'activeDeadlineSeconds',
  'tolerations',
  'terminationGracePeriodSeconds',
  'nodeName',
];

function immutableFlaws(object: KubeObject, before: KubeObject, kind: ServedKind): InvalidField[] {
  if (!kind.builtIn) return [];
  if (kind.kind === 'StatefulSet')
    return specFlaw(
      object,
      before,
      STATEFUL_SET,
      `updates to statefulset spec for fields other than ${quoted(STATEFUL_SET)} are forbidden`,
    );
  if (kind.kind === 'Pod') return podFlaws(object, before);
  if (kind.kind === 'PersistentVolumeClaim') return claimFlaws(object, before);
  if (kind.kind === 'Service') return serviceFlaws(object, before);
  if (['ConfigMap', 'Secret'].includes(kind.kind) && before['immutable'] === true) return frozenFlaws(object, before);
  return (IMMUTABLE[kind.kind] ?? []).flatMap((field): InvalidField[] => {
    const [was, is] = [at(before, field), at(object, field)];
    if (sameJson(was, is)) return [];
    if (kind.kind === 'StorageClass')
      return [{ field, reason: 'FieldValueForbidden', message: `Forbidden: updates to ${field} are forbidden.` }];
    const words = field === 'roleRef' ? 'cannot change roleRef' : 'field is immutable';
    return [{ field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(is)}: ${words}` }];
  });
}

const quoted = (names: readonly string[]): string =>
  `${names
    .slice(0, -1)
    .map((each) => `'${each}'`)
    .join(', ')} and '${names.at(-1) ?? ''}'`;

function specFlaw(object: KubeObject, before: KubeObject, free: readonly string[], words: string): InvalidField[] {
  if (sameJson(without(objectIn(before, 'spec'), ...free), without(objectIn(object, 'spec'), ...free))) return [];
  return [{ field: 'spec', reason: 'FieldValueForbidden', message: `Forbidden: ${words}` }];
}

/** Of its containers only the images. */
function podFlaws(object: KubeObject, before: KubeObject): InvalidField[] {
  const fixed = (pod: KubeObject): Json => objectsIn(objectIn(pod, 'spec')['containers']).map((each) => without(each, 'image'));
  const words =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  const rest = specFlaw(object, before, POD, words);
  if (rest.length > 0 || sameJson(fixed(object), fixed(before))) return rest;
  return [{ field: 'spec', reason: 'FieldValueForbidden', message: `Forbidden: ${words}` }];
}

/** A claim may ask for more room, where its class lets it, and is given a volume once. */
function claimFlaws(object: KubeObject, before: KubeObject): InvalidField[] {
  const free = [
    'resources',
    'volumeName',
    'volumeAttributesClassName',
    ...(objectIn(before, 'spec')['storageClassName'] === undefined ? ['storageClassName'] : []),
  ];
  return specFlaw(
    object,
    before,
    free,
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  );
}

function serviceFlaws(object: KubeObject, before: KubeObject): InvalidField[] {
  const [was, is] = [objectIn(before, 'spec')['clusterIP'], objectIn(object, 'spec')['clusterIP']];
  if (was === undefined || objectIn(object, 'spec')['type'] === 'ExternalName' || was === is) return [];
  return [
    {
      field: 'spec.clusterIPs[0]',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(is === undefined ? [] : [is])}: may not change once set`,
    },
  ];
}

function frozenFlaws(object: KubeObject, before: KubeObject): InvalidField[] {
  const changed = ['immutable', 'data', 'binaryData'].filter((key) => !sameJson(before[key], object[key]));
  return changed.map((field) => ({
    field,
    reason: 'FieldValueForbidden',
    message: 'Forbidden: field is immutable when `immutable` is set',
  }));
}

function at(object: KubeObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), object);
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
