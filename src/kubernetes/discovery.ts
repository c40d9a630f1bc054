import type { ServedKind } from './paths.ts';
import { SharedRead } from './sharedRead.ts';

/** How discovery is read: JSON of a path, `undefined` for 404. */
export type ReadJson = (path: string, signal: AbortSignal, accept: string) => Promise<unknown>;

/** KEP-3352: every kind of the server in two answers, since Kubernetes 1.26. A server that does not know it answers the old list of groups. */
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface AggregatedList {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind: string };
        readonly scope: string;
      }[];
    }[];
  }[];
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

interface GroupList {
  readonly groups?: readonly { readonly name: string; readonly versions?: readonly { readonly version: string }[] }[];
}

/**
 * Which kinds the server serves. Read once and kept; read anew when somebody asks for what is not in it, since a definition that has
 * just been established shows up here a little later (kubernetes/kubernetes#63068).
 */
export class Discovery {
  readonly #read: ReadJson;
  #kinds: SharedRead<readonly ServedKind[]> | undefined;
  /** By group, version and kind: every object asks for its own, and a cluster serves hundreds. */
  readonly #named = new WeakMap<readonly ServedKind[], ReadonlyMap<string, ServedKind>>();

  constructor(read: ReadJson) {
    this.#read = read;
  }

  /** The kind as it was served when last read. @throws Unseen */
  async known(apiVersion: string, kind: string, signal: AbortSignal): Promise<ServedKind | undefined> {
    const kinds = await this.kinds(signal);
    const named = this.#named.get(kinds) ?? byName(kinds);
    this.#named.set(kinds, named);
    return named.get(`${apiVersion} ${kind}`);
  }

  /** Everything that is served, the preferred version of a group first. @throws Unseen */
  kinds(signal: AbortSignal): Promise<readonly ServedKind[]> {
    return this.#kinds === undefined || this.#kinds.isLost ? this.refresh(signal) : this.#kinds.answer(signal);
  }

  /** Reads it anew, for all who ask from now on. @throws Unseen */
  refresh(signal: AbortSignal): Promise<readonly ServedKind[]> {
    this.#kinds = new SharedRead((own) => this.#readAll(own));
    return this.#kinds.answer(signal);
  }

  async #readAll(signal: AbortSignal): Promise<readonly ServedKind[]> {
    const [core, groups] = await Promise.all([this.#read('/api', signal, AGGREGATED), this.#read('/apis', signal, AGGREGATED)]);
    const isAggregated = (groups as AggregatedList | undefined)?.kind === 'APIGroupDiscoveryList';
    if (isAggregated) return [...servedIn(core as AggregatedList | undefined), ...servedIn(groups as AggregatedList)];
    const versions = ((groups as GroupList | undefined)?.groups ?? []).flatMap(({ name, versions: all = [] }) =>
      all.map(({ version }) => ({ group: name, version })),
    );
    return (await Promise.all([{ group: '', version: 'v1' }, ...versions].map((each) => this.#readVersion(each, signal)))).flat();
  }

  async #readVersion({ group, version }: { readonly group: string; readonly version: string }, signal: AbortSignal): Promise<ServedKind[]> {
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const list = (await this.#read(path, signal, 'application/json')) as ResourceList | undefined;
    return (list?.resources ?? [])
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({ group, version, kind, plural: name, namespaced }));
  }
}

function servedIn(list: AggregatedList | undefined): ServedKind[] {
  return (list?.items ?? []).flatMap(({ metadata, versions = [] }) =>
    versions.flatMap(({ version, resources = [] }) =>
      resources.flatMap(({ resource, responseKind, scope }) =>
        responseKind === undefined
          ? []
          : [{ group: metadata?.name ?? '', version, kind: responseKind.kind, plural: resource, namespaced: scope === 'Namespaced' }],
      ),
    ),
  );
}

/** `apps/v1 Deployment`; the first of a name counts. */
const byName = (kinds: readonly ServedKind[]): ReadonlyMap<string, ServedKind> =>
  new Map(kinds.toReversed().map((each) => [`${each.group === '' ? '' : `${each.group}/`}${each.version} ${each.kind}`, each]));
