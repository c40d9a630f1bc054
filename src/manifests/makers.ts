import { at, textAt } from './json.ts';
import type { JsonPath, PlacedObject } from './manifestObject.ts';
import { groupKind } from './objectKey.ts';
import type { Reference } from './references.ts';
import { matches } from './patterns.ts';

/** What an object makes by running, which no field names: nobody has to provide it. */
export function madeBy(from: PlacedObject): readonly Reference[] {
  const kind = groupKind(from.key);
  if (kind === 'Job.batch') return certificates(from);
  if (kind === 'EventSource.argoproj.io') return eventSourceService(from);
  return [];
}

/** Jobs of `kube-webhook-certgen create --secret-name=…`, with which ingress-nginx and others make the certificate of their webhook. */
function certificates(from: PlacedObject): readonly Reference[] {
  return matches(from.json, 'spec.template.spec.containers[].args').flatMap(({ path, value }) => {
    const args = matches(value, '[]').flatMap((match) => (typeof match.value === 'string' ? match.value : []));
    const name = args.flatMap((arg) => /^--secret-name=([^$]+)$/.exec(arg)?.[1] ?? [])[0];
    if (!args.includes('create') || name === undefined) return [];
    const namespace = args.flatMap((arg) => /^--namespace=([^$]+)$/.exec(arg)?.[1] ?? [])[0] ?? from.key.namespace;
    return [made(from, path, { kind: 'Secret', namespace, name })];
  });
}

/** The Service that Argo Events makes for an EventSource with `spec.service` (its docs, "service.md"). */
function eventSourceService(from: PlacedObject): readonly Reference[] {
  if (at(from.json, 'spec', 'service') === undefined) return [];
  const name = `${textAt(from.json, 'metadata', 'name') ?? ''}-eventsource-svc`;
  return [made(from, ['spec', 'service'], { kind: 'Service', namespace: from.key.namespace, name })];
}

function made(from: PlacedObject, path: JsonPath, to: { kind: string; namespace: string; name: string }): Reference {
  return { from, path, to: { group: '', ...to }, keys: [], optional: false, order: 'free', makes: true };
}
