import { parseAllDocuments } from 'yaml';
import { tooDeepAt } from '../../core/platform/nesting.ts';
import type { Look } from '../../core/graph/resource.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { collectionPath } from '../paths.ts';
import { vanishesWhenDone } from '../readiness/additions/finishedJob.ts';
import { textAt } from '../readiness/fields.ts';
import { readEvidence } from '../readiness/readEvidence.ts';
import { readiness, type Readiness } from '../readiness/readiness.ts';
import { whyNotReady } from '../readiness/whyNotReady.ts';

/** An object that a release has rendered. */
export interface ReleaseObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** A Job that is taken away once it is done. */
  readonly vanishes: boolean;
}

/** What is rendered is read only for what its objects are called; what is no object is passed over, as Helm does. */
export function releaseObjects(manifest: string, namespace: string): readonly ReleaseObject[] {
  if (tooDeepAt(manifest) !== undefined) return [];
  const documents = parseAllDocuments(manifest, { uniqueKeys: false, merge: true, version: '1.1' });
  return ('empty' in documents ? [] : documents).flatMap((document) => {
    const object: unknown = document.toJS({ maxAliasCount: 100 });
    const [apiVersion, kind, name] = [textAt(object, 'apiVersion'), textAt(object, 'kind'), textAt(object, 'metadata', 'name')];
    if (apiVersion === undefined || kind === undefined || name === undefined) return [];
    return [{ apiVersion, kind, name, namespace: textAt(object, 'metadata', 'namespace') ?? namespace, vanishes: isVanishing(object) }];
  });
}

const isVanishing = (object: unknown): boolean => typeof object === 'object' && object !== null && vanishesWhenDone(object);

export interface ObjectState {
  readonly object: ReleaseObject;
  readonly readiness: Readiness;
  /** Why, where it is not ready: a sentence. */
  readonly why: string | undefined;
}

/** How every object of a release is: one LIST per kind and namespace, shared with all who ask. @throws Unseen */
export async function stateOfObjects(
  look: Look,
  client: KubernetesClient,
  objects: readonly ReleaseObject[],
): Promise<readonly ObjectState[]> {
  return Promise.all(
    objects.map(async (object) => {
      const live = await liveObject(look, client, object);
      const said = readiness(live, client.now());
      const unready = said.status === 'InProgress' || said.status === 'Failed';
      const why = live === undefined || !unready ? undefined : whyNotReady(live, await readEvidence(look, client, live));
      return { object, readiness: said, why };
    }),
  );
}

async function liveObject(look: Look, client: KubernetesClient, object: ReleaseObject): Promise<object | undefined> {
  const { apiVersion, kind, namespace, name } = object;
  const served = await client.discovery.known(apiVersion, kind, look.signal);
  if (served === undefined) return undefined;
  const path = collectionPath(served, namespace);
  const found = (await look.share(`kubernetes:${path}`, () => client.list<KubernetesObject>(path, look.signal))).find(
    ({ metadata }) => metadata.name === name,
  );
  // Items of a list carry neither kind nor version.
  return found === undefined ? undefined : { apiVersion, kind, ...found };
}
