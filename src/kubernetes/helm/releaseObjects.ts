import { parseAllDocuments } from 'yaml';
import { tooDeepAt } from '../../core/platform/nesting.ts';
import type { Look } from '../../core/graph/resource.ts';
import type { KubernetesClient } from '../client.ts';
import { collectionPath, type ServedKind } from '../paths.ts';
import { vanishesWhenDone } from '../readiness/additions/finishedJob.ts';
import { textAt } from '../readiness/fields.ts';
import { readEvidence } from '../readiness/readEvidence.ts';
import { readiness, type Readiness } from '../readiness/readiness.ts';
import { troubleOf, type Trouble } from '../readiness/trouble.ts';
import { readCollection } from '../watches.ts';

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
  /** What is wrong, where it is not ready. */
  readonly trouble: Trouble | undefined;
  /** Where a watch would tell that it moved. */
  readonly place: Place | undefined;
}

export interface Place {
  readonly client: KubernetesClient;
  readonly collection: string;
  /** `namespace/name` */
  readonly name: string;
  readonly version: string | undefined;
}

/** How every object of a release is: one LIST per kind and namespace, shared with all who ask. @throws Unseen */
export async function stateOfObjects(
  look: Look,
  client: KubernetesClient,
  objects: readonly ReleaseObject[],
): Promise<readonly ObjectState[]> {
  return Promise.all(
    objects.map(async (object) => {
      const { apiVersion, kind, namespace, name } = object;
      const served = await servedNow(look, client, object);
      if (served === undefined) return { object, readiness: readiness(undefined, client.now()), trouble: undefined, place: undefined };
      const collection = collectionPath(served, namespace);
      const key = `${served.namespaced ? namespace : ''}/${name}`;
      const found = (await readCollection(look, client, collection)).get(key);
      // Items of a list carry neither kind nor version.
      const live = found && { apiVersion, kind, ...found };
      const said = readiness(live, client.now());
      const unready = said.status === 'InProgress' || said.status === 'Failed';
      const trouble =
        live === undefined || !unready ? undefined : troubleOf(live, said, await readEvidence(look, client, live), client.now());
      return { object, readiness: said, trouble, place: { client, collection, name: key, version: found?.metadata.resourceVersion } };
    }),
  );
}

async function servedNow(look: Look, client: KubernetesClient, { apiVersion, kind }: ReleaseObject): Promise<ServedKind | undefined> {
  const known = await client.discovery.known(apiVersion, kind, look.signal);
  if (known !== undefined) return known;
  await look.share('kubernetes:discovery', () => client.discovery.refresh(look.signal));
  return client.discovery.known(apiVersion, kind, look.signal);
}
