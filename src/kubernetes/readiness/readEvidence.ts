import type { Look } from '../../core/graph/resource.ts';
import type { KubernetesClient } from '../client.ts';
import { collectionPath } from '../paths.ts';
import { readCollection, type Collection } from '../watches.ts';
import { groupOf, kindOf, textAt } from './fields.ts';
import type { Evidence } from './why/evidence.ts';

/**
 * Reads what explains one object that is not ready: one LIST per kind and namespace for all who ask in the same look. What may not be
 * read is left out: an explanation is worth no failure.
 */
export async function readEvidence(look: Look, client: KubernetesClient, object: object): Promise<Evidence> {
  const namespace = textAt(object, 'metadata', 'namespace');
  // What belongs to no namespace is explained by its own conditions: the Pods and events of the whole cluster are not read for it.
  if (namespace === undefined) return { pods: [], events: [], claims: [], nodes: [], storageClasses: [], certificates: [] };
  const list = async (apiVersion: string, kind: string): Promise<readonly object[]> => {
    const served = await client.discovery.known(apiVersion, kind, look.signal).catch(() => undefined);
    if (served === undefined) return [];
    const path = collectionPath(served, namespace);
    const items = await readCollection(look, client, path).catch((): Collection => new Map());
    // Items of a list carry neither kind nor version.
    return [...items.values()].map((item) => ({ apiVersion, kind, ...item }));
  };
  const isCertificate = groupOf(object) === 'cert-manager.io' && kindOf(object) === 'Certificate';
  const [pods, events, claims, nodes, storageClasses, ...certificates] = await Promise.all([
    list('v1', 'Pod'),
    list('v1', 'Event'),
    list('v1', 'PersistentVolumeClaim'),
    list('v1', 'Node'),
    list('storage.k8s.io/v1', 'StorageClass'),
    ...(isCertificate ? CERTIFICATES.map(([apiVersion, kind]) => list(apiVersion, kind)) : []),
  ]);
  look.signal.throwIfAborted();
  return { pods, events, claims, nodes, storageClasses, certificates: certificates.flat() };
}

const CERTIFICATES = [
  ['cert-manager.io/v1', 'CertificateRequest'],
  ['acme.cert-manager.io/v1', 'Order'],
  ['acme.cert-manager.io/v1', 'Challenge'],
] as const;
