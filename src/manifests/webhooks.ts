import { itemsAt, textAt, textsAt } from './json.ts';
import type { PlacedObject } from './manifestObject.ts';
import { groupKind } from './objectKey.ts';
import { matches } from './patterns.ts';
import { podPlaces } from './referenceTable.ts';
import type { GroupKind } from './scopes.ts';

/** A configuration that has the API server ask a Service before it stores what the rules select. */
export interface Webhook {
  readonly configuration: PlacedObject;
  /** The Services that are asked, by whose endpoints the API server finds who answers. */
  readonly services: readonly PlacedObject[];
  /** Workloads behind the Services that are asked. */
  readonly backends: readonly PlacedObject[];
  /** Jobs that write the CA into the configuration (`kube-webhook-certgen patch --webhook-name=…`). */
  readonly patchers: readonly PlacedObject[];
  selects(kind: GroupKind, plural: string): boolean;
}

const configurations: readonly string[] = [
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
];

/** Only those that refuse while nobody answers: `failurePolicy: Ignore` lets everything through. */
export function webhooksOf(objects: readonly PlacedObject[]): readonly Webhook[] {
  const services = new Map(
    objects.filter(({ key }) => groupKind(key) === 'Service').map((service) => [`${service.key.namespace}/${service.key.name}`, service]),
  );
  return objects
    .filter(({ key }) => configurations.includes(groupKind(key)))
    .flatMap((configuration): readonly Webhook[] => {
      const strict = itemsAt(configuration.json, 'webhooks').filter((webhook) => textAt(webhook, 'failurePolicy') !== 'Ignore');
      const asked = strict.flatMap((webhook) => {
        const { name = '', namespace = '' } = textsAt(webhook, 'clientConfig', 'service');
        return services.get(`${namespace}/${name}`) ?? [];
      });
      if (asked.length === 0) return [];
      const rules = strict.flatMap((webhook) => itemsAt(webhook, 'rules'));
      return [
        {
          configuration,
          services: [...new Set(asked)],
          backends: [...new Set(asked.flatMap((service) => behind(service, objects)))],
          patchers: objects.filter((object) => patches(object, configuration)),
          selects: ({ group }, plural) =>
            rules.some((rule) => {
              const takes = (property: string, value: string): boolean =>
                itemsAt(rule, property).some((item) => item === '*' || item === value || (property === 'resources' && item === '*/*'));
              return takes('apiGroups', group) && takes('resources', plural);
            }),
        },
      ];
    });
}

/** The workloads whose pods a Service selects. */
export function behind(service: PlacedObject, objects: readonly PlacedObject[]): readonly PlacedObject[] {
  const selector = Object.entries(textsAt(service.json, 'spec', 'selector'));
  if (selector.length === 0) return [];
  return objects.filter((object) => {
    if (object.key.namespace !== service.key.namespace) return false;
    return podLabels(object).some((labels) => selector.every(([key, value]) => labels[key] === value));
  });
}

/** Labels of the pods that an object makes. */
function podLabels({ key, json }: PlacedObject): readonly Readonly<Record<string, string>>[] {
  const kind = groupKind(key);
  if (kind === 'Pod') return [textsAt(json, 'metadata', 'labels')];
  if (!kind.endsWith('.apps') && kind !== 'ReplicationController') return [];
  return (podPlaces[kind] ?? []).flatMap((place) =>
    matches(json, place.replace(/\.spec$/, '')).map(({ value }) => textsAt(value, 'metadata', 'labels')),
  );
}

function patches(object: PlacedObject, configuration: PlacedObject): boolean {
  if (groupKind(object.key) !== 'Job.batch') return false;
  return matches(object.json, 'spec.template.spec.containers[]').some(({ value }) => {
    const args = itemsAt(value, 'args');
    return args.includes('patch') && args.includes(`--webhook-name=${configuration.key.name}`);
  });
}
