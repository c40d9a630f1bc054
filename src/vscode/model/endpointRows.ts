import type { ResourceStatus, StageStatus, State } from '../../core/status/platformStatus.ts';
import type { PlatformView } from './platformView.ts';
import type { Row } from './row.ts';
import { visibleText } from './visibleText.ts';
import { webAddress } from './webAddress.ts';

/** The group's path. No stage can be called so, also none of the person's own. */
export const ENDPOINTS = '@endpoints';

/** Something of this platform that answers in a browser. */
export interface Endpoint {
  readonly resource: ResourceStatus;
  /** The stage's title, and the object's name where the stage has several. */
  readonly title: string;
  /** What would be asked: host and port, as they are on the wire. */
  readonly host: string;
  readonly url: string;
}

/** What is being made or taken down answers to nobody. */
const ANSWERING: ReadonlySet<State> = new Set<State>(['ready', 'outdated']);

/** What answers, in the order of the runbook. Addresses that are none of the web's are left out. */
export function endpointsOf(stages: readonly StageStatus[]): readonly Endpoint[] {
  return stages.flatMap((stage) => {
    const standing = stage.resources.filter(({ state }) => ANSWERING.has(state));
    const found = standing.flatMap((resource) => {
      const address = resource.url === undefined ? undefined : webAddress(resource.url);
      return address === undefined ? [] : [{ resource, ...address }];
    });
    return found.map(({ resource, host, url }) => ({
      resource,
      host,
      url,
      title: found.length === 1 ? stage.title : `${stage.title}: ${nameOf(resource)}`,
    }));
  });
}

/** The group of what answers; there only once something does. */
export function endpointGroup(view: PlatformView): { readonly row: Row; readonly members: readonly Row[] } | undefined {
  const endpoints = endpointsOf(view.status?.stages ?? []);
  if (endpoints.length === 0) return undefined;
  const members = endpoints.map(({ resource, title, host }): Row => {
    const label = visibleText(title);
    const description = visibleText(host);
    return {
      path: `${ENDPOINTS}/${resource.id}`,
      kind: 'endpoint',
      label,
      description,
      icon: { id: 'globe' },
      accessible: `${label}, ${description}`,
      flags: ['hasUrl'],
      attention: false,
      open: 'leaf',
    };
  });
  const description = `${members.length}`;
  const row: Row = {
    path: ENDPOINTS,
    kind: 'endpoints',
    label: 'Endpoints',
    description,
    icon: { id: 'link-external' },
    accessible: `Endpoints, ${description}`,
    flags: [],
    attention: false,
    open: 'collapsed',
  };
  return { row, members };
}

/** The last part of an object's id: `Ingress.networking.k8s.io/argo/server` is `server`. */
const nameOf = ({ id, title }: ResourceStatus): string => id.split('/').at(-1) ?? title;
