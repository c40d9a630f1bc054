import type { ManifestObject } from '../../manifests/manifestObject.ts';
import type { KubernetesClient } from '../client.ts';
import type { ServedKind } from '../paths.ts';

/** How the object's kind is served; asked anew where it is not known. @throws Unseen */
export async function servedKind(
  client: KubernetesClient,
  { apiVersion, key }: Pick<ManifestObject, 'apiVersion' | 'key'>,
  signal: AbortSignal,
): Promise<ServedKind | undefined> {
  const known = await client.discovery.known(apiVersion, key.kind, signal);
  if (known !== undefined) return known;
  await client.discovery.refresh(signal);
  return client.discovery.known(apiVersion, key.kind, signal);
}
