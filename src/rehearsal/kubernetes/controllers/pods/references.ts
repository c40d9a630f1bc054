import { objectIn, textIn } from '../../json.ts';
import type { JsonObject, KubeObject } from '../../json.ts';
import { namespaceOf } from '../../objectStore.ts';
import type { ClusterView } from '../controller.ts';
import { CONFIG_MAP, SECRET } from '../kinds.ts';
import { objectsIn, specOf } from '../objectParts.ts';
import { containersOf, initContainersOf } from './podState.ts';

type Source = 'secret' | 'configmap';

/** Why a container cannot be made, as the kubelet says it (`CreateContainerConfigError`); `undefined`: all that its environment names is there. */
export function environmentFlaw(cluster: ClusterView, pod: KubeObject, container: JsonObject): string | undefined {
  const namespace = namespaceOf(pod);
  for (const each of objectsIn(container, 'env')) {
    const from = objectIn(each, 'valueFrom');
    const flaw =
      keyFlaw(cluster, namespace, 'secret', objectIn(from, 'secretKeyRef')) ??
      keyFlaw(cluster, namespace, 'configmap', objectIn(from, 'configMapKeyRef'));
    if (flaw !== undefined) return flaw;
  }
  for (const each of objectsIn(container, 'envFrom')) {
    const flaw =
      nameFlaw(cluster, namespace, 'secret', objectIn(each, 'secretRef')) ??
      nameFlaw(cluster, namespace, 'configmap', objectIn(each, 'configMapRef'));
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

/** The Secrets that a pod's environment and volumes name. */
export function secretsNamedBy(pod: KubeObject): readonly string[] {
  const inContainers = [...initContainersOf(pod), ...containersOf(pod)].flatMap((container) => [
    ...objectsIn(container, 'env').map((each) => textIn(objectIn(objectIn(each, 'valueFrom'), 'secretKeyRef'), 'name')),
    ...objectsIn(container, 'envFrom').map((each) => textIn(objectIn(each, 'secretRef'), 'name')),
  ]);
  const inVolumes = objectsIn(specOf(pod), 'volumes').flatMap((volume) => [
    textIn(objectIn(volume, 'secret'), 'secretName'),
    ...objectsIn(objectIn(volume, 'projected'), 'sources').map((each) => textIn(objectIn(each, 'secret'), 'name')),
  ]);
  return [...inContainers, ...inVolumes].filter((name) => name !== undefined);
}

/** Why a volume cannot be mounted (event `FailedMount`), without the kubelet's words before it. */
export function volumeFlaw(cluster: ClusterView, pod: KubeObject): { readonly volume: string; readonly flaw: string } | undefined {
  const namespace = namespaceOf(pod);
  for (const volume of objectsIn(specOf(pod), 'volumes')) {
    const flaw =
      itemFlaw(cluster, namespace, 'secret', objectIn(volume, 'secret'), 'secretName') ??
      itemFlaw(cluster, namespace, 'configmap', objectIn(volume, 'configMap'), 'name') ??
      projectedFlaw(cluster, namespace, objectIn(volume, 'projected'));
    if (flaw !== undefined) return { volume: textIn(volume, 'name') ?? '', flaw };
  }
  return undefined;
}

function projectedFlaw(cluster: ClusterView, namespace: string, projected: JsonObject): string | undefined {
  for (const source of objectsIn(projected, 'sources')) {
    const flaw =
      itemFlaw(cluster, namespace, 'secret', objectIn(source, 'secret'), 'name') ??
      itemFlaw(cluster, namespace, 'configmap', objectIn(source, 'configMap'), 'name');
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function itemFlaw(cluster: ClusterView, namespace: string, source: Source, volume: JsonObject, nameKey: string): string | undefined {
  const name = textIn(volume, nameKey);
  if (name === undefined || volume['optional'] === true) return undefined;
  const found = keysOf(cluster, namespace, source, name);
  if (found === undefined) return `${source} "${name}" not found`;
  const missing = objectsIn(volume, 'items')
    .map((each) => textIn(each, 'key') ?? '')
    .find((key) => !found.includes(key));
  return missing === undefined ? undefined : `references non-existent ${source === 'secret' ? 'secret' : 'config'} key: ${missing}`;
}

function nameFlaw(cluster: ClusterView, namespace: string, source: Source, reference: JsonObject): string | undefined {
  const name = textIn(reference, 'name');
  if (name === undefined || reference['optional'] === true) return undefined;
  return keysOf(cluster, namespace, source, name) === undefined ? `${source} "${name}" not found` : undefined;
}

function keyFlaw(cluster: ClusterView, namespace: string, source: Source, reference: JsonObject): string | undefined {
  const name = textIn(reference, 'name');
  if (name === undefined || reference['optional'] === true) return undefined;
  const found = keysOf(cluster, namespace, source, name);
  if (found === undefined) return `${source} "${name}" not found`;
  const key = textIn(reference, 'key') ?? '';
  if (found.includes(key)) return undefined;
  return `couldn't find key ${key} in ${source === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${name}`;
}

function keysOf({ store }: ClusterView, namespace: string, source: Source, name: string): readonly string[] | undefined {
  const found = store.find(source === 'secret' ? SECRET : CONFIG_MAP, namespace, name);
  return found === undefined ? undefined : [...Object.keys(objectIn(found, 'data')), ...Object.keys(objectIn(found, 'binaryData'))];
}
