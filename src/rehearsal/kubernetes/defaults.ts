import { isObject, objectIn, sameJson } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import type { Kind } from './kinds.ts';
import { invalid } from './statusError.ts';
import type { InvalidField } from './statusError.ts';

/** What the API server fills in for a kind before it keeps an object. */
export function withDefaults(object: KubeObject, kind: Kind): KubeObject {
  switch (kind.kind) {
    case 'StorageClass':
      return { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...object };
    case 'Namespace':
      return {
        ...object,
        metadata: {
          ...object.metadata,
          labels: { ...objectIn(object.metadata, 'labels'), 'kubernetes.io/metadata.name': object.metadata.name },
        },
        spec: { finalizers: ['kubernetes'], ...objectIn(object, 'spec') },
        status: { phase: 'Active', ...objectIn(object, 'status') },
      };
    case 'Secret':
      return { type: 'Opaque', ...object };
    case 'Service':
      return { ...object, spec: { sessionAffinity: 'None', type: 'ClusterIP', ...objectIn(object, 'spec') } };
    case 'Deployment':
      return { ...object, spec: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, ...objectIn(object, 'spec') } };
    default:
      return object;
  }
}

/** What makes an object impossible. @throws StatusError 422 that names every field */
export function checkObject(object: KubeObject, before: KubeObject | undefined, kind: Kind): void {
  const fields = [
    ...nameFlaws(object),
    ...requiredFlaws(object, kind),
    ...(before === undefined ? [] : immutableFlaws(object, before, kind)),
  ];
  if (fields.length > 0) throw invalid(kind, object.metadata.name, fields);
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function nameFlaws({ metadata }: KubeObject): InvalidField[] {
  if (metadata.name.length <= 253 && SUBDOMAIN.test(metadata.name)) return [];
  const message = `Invalid value: "${metadata.name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
  return [{ field: 'metadata.name', reason: 'FieldValueInvalid', message }];
}

function requiredFlaws(object: KubeObject, kind: Kind): InvalidField[] {
  const missing = (field: string, value: Json | undefined): InvalidField[] =>
    value === undefined || value === '' ? [{ field, reason: 'FieldValueRequired', message: 'Required value' }] : [];
  const spec = objectIn(object, 'spec');
  if (kind.kind === 'StorageClass') return missing('provisioner', object['provisioner']);
  if (kind.kind === 'Service') return spec['type'] === 'ExternalName' ? [] : missing('spec.ports', spec['ports']);
  if (kind.kind === 'Pod') return missing('spec.containers', spec['containers']);
  if (!['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet'].includes(kind.kind)) return [];
  const containers = objectIn(objectIn(spec, 'template'), 'spec')['containers'];
  return [...missing('spec.selector', spec['selector']), ...missing('spec.template.spec.containers', containers), ...selectorFlaws(spec)];
}

function selectorFlaws(spec: JsonObject): InvalidField[] {
  const labels = objectIn(objectIn(objectIn(spec, 'template'), 'metadata'), 'labels');
  const wanted = Object.entries(objectIn(objectIn(spec, 'selector'), 'matchLabels'));
  if (wanted.every(([key, value]) => labels[key] === value)) return [];
  const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
  return [{ field: 'spec.template.metadata.labels', reason: 'FieldValueInvalid', message }];
}

const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  StorageClass: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  Deployment: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  StatefulSet: ['spec.selector', 'spec.serviceName', 'spec.volumeClaimTemplates'],
};

function immutableFlaws(object: KubeObject, before: KubeObject, kind: Kind): InvalidField[] {
  return (IMMUTABLE[kind.kind] ?? []).flatMap((field): InvalidField[] => {
    const [was, is] = [at(before, field), at(object, field)];
    if (sameJson(was, is)) return [];
    if (kind.kind === 'StorageClass')
      return [{ field, reason: 'FieldValueForbidden', message: `Forbidden: updates to ${field} are forbidden.` }];
    return [{ field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(is)}: field is immutable` }];
  });
}

function at(object: KubeObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), object);
}
