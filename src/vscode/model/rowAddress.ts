import type { PlatformStatus, ResourceStatus, StageStatus } from '../../core/status/platformStatus.ts';
import { ENDPOINTS } from './endpointRows.ts';

/** What a row's path points at. */
export interface Addressed {
  readonly stage: StageStatus | undefined;
  readonly resource: ResourceStatus | undefined;
}

/** `compute/nodegroup/cause/0` is the resource `nodegroup` of `compute`; resource ids have slashes of their own. */
export function addressed(status: PlatformStatus | undefined, path: string): Addressed {
  if (path.startsWith(`${ENDPOINTS}/`)) return ofResource(status, path.slice(ENDPOINTS.length + 1));
  const slash = path.indexOf('/');
  const stage = status?.stages.find(({ id }) => id === (slash < 0 ? path : path.slice(0, slash)));
  const rest = slash < 0 ? '' : path.slice(slash + 1).replace(/\/cause\/\d+$/, '');
  return { stage, resource: stage?.resources.find(({ id }) => id === rest) };
}

function ofResource(status: PlatformStatus | undefined, id: string): Addressed {
  for (const stage of status?.stages ?? []) {
    const resource = stage.resources.find((each) => each.id === id);
    if (resource !== undefined) return { stage, resource };
  }
  return { stage: undefined, resource: undefined };
}

type KeyPath = readonly (string | number)[];

// Where platform.yml says something about a row: the first of these that is written.
const STAGE_KEYS: Readonly<Record<string, readonly KeyPath[]>> = {
  vpc: [['network']],
  cluster: [['cluster']],
  'ebs-csi': [['cluster', 'addons', 'aws-ebs-csi-driver'], ['cluster', 'addons'], ['cluster']],
  compute: [['compute']],
  kubeconfig: [['cluster']],
};

const RESOURCE_KEYS: readonly (readonly [RegExp, readonly KeyPath[]])[] = [
  [/^vpc$/, [['network', 'cidr']]],
  [/^subnet\/public\//, [['network', 'public']]],
  [/^subnet\/private\//, [['network', 'private']]],
  [/^(address|nat)\//, [['network', 'natGateways']]],
  [/^s3-endpoint$/, [['network', 's3Endpoint']]],
  [/^cluster-version$/, [['cluster', 'version']]],
  [/^access\//, [['cluster', 'admins']]],
  [
    /^nodegroup$/,
    [
      ['compute', 'desired'],
      ['compute', 'instanceTypes'],
    ],
  ],
];

/** Key paths to look for, the nearest first; the name of the platform is always written. */
export function sourcePaths({ stage, resource }: Addressed): readonly KeyPath[] {
  const addon = resource === undefined ? undefined : /^addon\/(.+)$/.exec(resource.id)?.[1];
  return [
    ...(addon === undefined ? [] : [['cluster', 'addons', addon]]),
    ...RESOURCE_KEYS.filter(([pattern]) => resource !== undefined && pattern.test(resource.id)).flatMap(([, paths]) => paths),
    ...(stage ? [['stages', stage.id], ...(STAGE_KEYS[stage.id] ?? [])] : []),
    ['name'],
  ];
}
