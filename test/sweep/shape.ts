import { alive, ec2Of } from '../../src/rehearsal/ec2/state.ts';
import type { Ec2Kind } from '../../src/rehearsal/ec2/state.ts';
import { eksOf } from '../../src/rehearsal/eks/settle.ts';
import { iamState } from '../../src/rehearsal/iam/iamState.ts';
import { loadBalancersOf } from '../../src/rehearsal/elb/loadBalancers.ts';
import { hostedZones } from '../../src/rehearsal/route53.ts';
import type { World } from '../../src/rehearsal/world.ts';
import { clusterShape } from './clusterShape.ts';

/** Drawn by chance, or of a moment: accounts in which the same stands differ in them. `slipway:run` names the run that made it. */
const CHANCE = new Set([
  'id',
  'privateIp',
  'publicIp',
  'slipway:run',
  'slipway:claimed-at',
  'updates',
  'nodes',
  'autoScalingGroup',
  'instanceProfile',
]);
const KINDS: readonly Ec2Kind[] = [
  'vpcs',
  'subnets',
  'internetGateways',
  'routeTables',
  'addresses',
  'natGateways',
  'securityGroups',
  'networkInterfaces',
  'vpcEndpoints',
  'instances',
  'volumes',
];
/** One for each node, in a zone of chance: they are counted. */
const COUNTED = new Set<Ec2Kind>(['instances', 'volumes']);

/** What stands in a region, one line a thing, with names in the place of ids: whatever is there twice, or too much, or another way, shows. */
export function shapeOf(world: World, region: string): readonly string[] {
  const ec2 = ec2Of(world, region);
  const eks = eksOf(world, region);
  const iam = iamState(world);
  const records = KINDS.flatMap((kind) => ec2[kind].filter((record) => alive(world, record)).map((record) => ({ kind, record })));
  const names = new Map(records.map(({ kind, record }) => [record.id, `<${record.tags['slipway:resource'] ?? kind}>`]));
  const nodes = new Set(ec2.instances.map(({ networkInterfaceId }) => networkInterfaceId));
  const line = (kind: string, thing: object): string => `${kind} ${canonical(thing, names)}`;
  return [
    ...records.filter(({ kind, record }) => !COUNTED.has(kind) && !nodes.has(record.id)).map(({ kind, record }) => line(kind, record)),
    ...[...COUNTED].map((kind) => `${records.filter((each) => each.kind === kind).length} ${kind}`),
    ...Object.values(iam.roles).map((role) => line('role', role)),
    ...Object.values(iam.oidcProviders).map((provider) => line('oidc', provider)),
    `${Object.keys(iam.instanceProfiles).length} instance profiles`,
    ...eks.clusters.map((cluster) => line('cluster', cluster)),
    ...eks.clusters.flatMap((cluster) => clusterShape(world, cluster)),
    ...(['network', 'classic'] as const).flatMap((type) =>
      loadBalancersOf(world, region, type).map(({ ports }) => `${type} load balancer ${ports.join()}`),
    ),
    ...hostedZones(world).map((zone) => line('zone', { name: zone.name, records: zone.records })),
  ].sort();
}

/** As JSON in one order, without times and chance, and with every id that is known by its name. */
function canonical(value: unknown, names: ReadonlyMap<string, string>): string {
  if (typeof value === 'string') return JSON.stringify(named(value, names));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${value
      .map((each) => canonical(each, names))
      .sort()
      .join()}]`;
  const kept = Object.entries(value).filter(([key, each]) => each !== undefined && !CHANCE.has(key) && !key.endsWith('At'));
  return `{${kept
    .map(([key, each]) => `${named(key, names)}:${canonical(each, names)}`)
    .sort()
    .join()}}`;
}

const DRAWN = [
  [/\b([a-z]+(?:-[a-z]+)*)-0[0-9a-f]{16}\b/g, '<$1>'],
  [/(?<=eks-cluster-sg-.*-)\d{10}$/, '<number>'],
  [/\ba[0-9a-f]{31}\b(?:[-/][0-9a-z]{16}\b)?/g, '<load-balancer>'],
  [/\b[0-9A-Z]{32}\b/g, '<cluster>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>'],
] as const;

/** Ids that belong to nothing that stands lose their digits. */
function named(text: string, names: ReadonlyMap<string, string>): string {
  return names.get(text) ?? DRAWN.reduce((left, [pattern, name]) => left.replaceAll(new RegExp(pattern, 'g'), name), text);
}
