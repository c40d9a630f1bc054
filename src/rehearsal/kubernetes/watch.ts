import { converted } from './conversions.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { apiVersionOf, storageOf } from './kinds.ts';
import { namespaceOf } from './objectStore.ts';
import type { Change } from './objectStore.ts';
import { metadataOf, selects, wantsMetadata } from './readObjects.ts';
import type { ResourceRequest } from './resourceRequest.ts';
import { badRequest, expired } from './statusError.ts';
import { asTable, wantsTable } from './tables.ts';

/** One line of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Json;
}

export interface Watch {
  readonly is: 'watch';
  /** What is to be told at once. */
  readonly first: readonly WatchEvent[];
  /** Tells what is written from now on. @returns ends that */
  follow(tell: (event: WatchEvent) => void): () => void;
  /** Where a client could go on, for those that ask for it. */
  bookmark(): WatchEvent | undefined;
  /** Milliseconds of the wall after which the server ends it. */
  readonly timeoutMs: number;
}

/** Without `timeoutSeconds` the API server chooses between 30 and 60 minutes. */
const USUAL_SECONDS = 1800;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * kubernetes.io, "Kubernetes API Concepts": efficient detection of changes, watch bookmarks, streaming lists.
 * @throws StatusError 400, and 410 when the revision is too old
 */
export function openWatch(request: ResourceRequest): Watch {
  const { kind, namespace, store, query } = request;
  const isSelected = selects(request);
  const isMeant = (object: KubeObject): boolean => (namespace === undefined || namespaceOf(object) === namespace) && isSelected(object);
  const shown = (object: KubeObject): JsonObject => shownAs(request, converted(object, kind));
  const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const told = (change: Change): WatchEvent | undefined => {
    if (change.storage !== storageOf(kind)) return undefined;
    const [was, is] = [change.before !== undefined && isMeant(change.before), change.type !== 'DELETED' && isMeant(change.object)];
    if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: shown(change.object) };
    return was ? { type: 'DELETED', object: shown(change.object) } : undefined;
  };
  const bookmark = (annotations?: JsonObject): WatchEvent => ({
    type: 'BOOKMARK',
    object: {
      kind: kind.kind,
      apiVersion: apiVersionOf(kind),
      metadata: { resourceVersion: String(store.revision), ...(annotations !== undefined && { annotations }), creationTimestamp: null },
    },
  });
  const seconds = Number(query.get('timeoutSeconds') ?? USUAL_SECONDS);
  return {
    is: 'watch',
    first: [...missed(), ...(query.get('sendInitialEvents') === 'true' ? [bookmark({ [INITIAL_EVENTS_END]: 'true' })] : [])],
    follow: (tell) =>
      store.subscribe((change) => {
        const event = told(change);
        if (event !== undefined) tell(event);
      }),
    bookmark: () => (bookmarks ? bookmark() : undefined),
    timeoutMs: (seconds > 0 ? seconds : USUAL_SECONDS) * 1000,
  };

  /** What the client does not know yet: everything, or what was written since its revision. */
  function missed(): WatchEvent[] {
    const text = query.get('resourceVersion') ?? '';
    if (text === '' || text === '0' || query.get('sendInitialEvents') === 'true') {
      return store
        .list(kind, namespace)
        .filter(isMeant)
        .map((object) => ({ type: 'ADDED', object: shown(object) }));
    }
    const revision = Number(text);
    if (!Number.isInteger(revision)) throw badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
    const since = store.changesSince(revision);
    if (since === undefined) throw expired(`too old resource version: ${revision} (${store.revision})`);
    return since.map(told).filter((event) => event !== undefined);
  }
}

function shownAs({ headers, kind, store }: ResourceRequest, object: KubeObject): JsonObject {
  const accept = headers['accept'];
  if (wantsTable(accept)) return asTable(kind, [object], { resourceVersion: object.metadata['resourceVersion'] ?? '' }, store.now());
  return wantsMetadata(accept) ? metadataOf(object) : object;
}
