import { SECONDS, type World } from '../world.ts';

/** What every EC2 thing has. It exists from `madeAt` until `goneAt`, world times in ms; nobody has to come by to end it. */
export interface Ec2Record {
  readonly id: string;
  readonly madeAt: number;
  /** Until then describes do not show it and writes to it answer `Invalid…ID.NotFound`. */
  readonly visibleAt: number;
  goneAt?: number;
  tags: Record<string, string>;
}

export interface VpcRecord extends Ec2Record {
  readonly cidr: string;
  readonly isDefault: boolean;
  readonly tenancy: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
  networkAddressUsageMetrics: boolean;
}

export interface SubnetRecord extends Ec2Record {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly isDefault: boolean;
  publicIpOnLaunch: boolean;
}

export interface InternetGatewayRecord extends Ec2Record {
  vpcId?: string;
}

export interface RouteRecord {
  readonly destination: string;
  gatewayId?: string;
  natGatewayId?: string;
  networkInterfaceId?: string;
  readonly origin: 'CreateRouteTable' | 'CreateRoute';
}

export interface AssociationRecord {
  readonly id: string;
  /** Absent on the main association. */
  readonly subnetId?: string;
}

export interface RouteTableRecord extends Ec2Record {
  readonly vpcId: string;
  routes: RouteRecord[];
  associations: AssociationRecord[];
  /** Prefix-list routes that gateway endpoints put in. */
  endpointIds: string[];
}

export interface AddressRecord extends Ec2Record {
  readonly publicIp: string;
  associationId?: string;
  networkInterfaceId?: string;
  /** From then on it is free again (a NAT gateway's deletion lets go late). */
  freeAt?: number;
}

export interface NatGatewayRecord extends Ec2Record {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly connectivity: 'public' | 'private';
  readonly allocationId?: string;
  readonly networkInterfaceId: string;
  readonly privateIp: string;
  /** It fails instead of getting available, with this code and message. */
  readonly failure?: { readonly code: string; readonly message: string };
  deleteAskedAt?: number;
}

export interface GroupRuleRecord {
  readonly id: string;
  readonly egress: boolean;
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidr?: string;
  readonly groupId?: string;
  description?: string;
}

export interface SecurityGroupRecord extends Ec2Record {
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  rules: GroupRuleRecord[];
}

export interface NetworkInterfaceRecord extends Ec2Record {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly description: string;
  /** `interface`, `nat_gateway`, `network_load_balancer`, … */
  readonly type: string;
  /** Made by a service of AWS on the account's behalf: nobody else may delete it. */
  readonly requesterManaged: boolean;
  readonly requesterId?: string;
  readonly privateIp: string;
  groupIds: string[];
  /** `undefined`: status `available`. */
  attachment?: { readonly id: string; readonly instanceId?: string; readonly ownerId: string; readonly deviceIndex: number };
}

export interface VpcEndpointRecord extends Ec2Record {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly type: 'Gateway' | 'Interface';
  routeTableIds: string[];
  readonly policy: string;
}

export interface InstanceRecord extends Ec2Record {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly type: string;
  readonly imageId: string;
  readonly spot: boolean;
  readonly networkInterfaceId: string;
  readonly privateIp: string;
  readonly groupIds: readonly string[];
  readonly volumeId: string;
  readonly profileArn?: string;
  /** World time at which it was told to end; it is `terminated` a while later and listed until `goneAt`. */
  terminateAt?: number;
}

export interface VolumeRecord extends Ec2Record {
  readonly zone: string;
  readonly sizeGiB: number;
  readonly type: string;
  readonly encrypted: boolean;
  /** `endsAt`: world time at which EC2 takes it off by itself. */
  attachment?: { readonly instanceId: string; readonly device: string; readonly attachedAt: number; readonly endsAt?: number };
}

/** One region of the account. */
export interface Ec2State {
  vpcs: VpcRecord[];
  subnets: SubnetRecord[];
  internetGateways: InternetGatewayRecord[];
  routeTables: RouteTableRecord[];
  addresses: AddressRecord[];
  natGateways: NatGatewayRecord[];
  securityGroups: SecurityGroupRecord[];
  networkInterfaces: NetworkInterfaceRecord[];
  vpcEndpoints: VpcEndpointRecord[];
  instances: InstanceRecord[];
  volumes: VolumeRecord[];
  /** Client tokens: what they made, and a digest of the arguments they came with. */
  tokens: Record<string, { readonly id: string; readonly digest: string }>;
}

export type Ec2Kind = Exclude<keyof Ec2State, 'tokens'>;

/**
 * The EC2 state of a region as it is now: what is gone by time was taken out, addresses that time let go are free.
 * Things that will only appear later (`madeAt` in the future) stay in it: ask `alive`.
 */
export function ec2Of(world: World, region: string): Ec2State {
  const state = world.part<Ec2State>(`ec2/${region}`, () => emptyRegion(world, region));
  const now = world.now();
  const left = <T extends Ec2Record>(records: T[]): T[] =>
    records.some((each) => gone(each, now)) ? records.filter((each) => !gone(each, now)) : records;
  state.vpcs = left(state.vpcs);
  state.subnets = left(state.subnets);
  state.internetGateways = left(state.internetGateways);
  state.routeTables = left(state.routeTables);
  state.natGateways = left(state.natGateways);
  state.securityGroups = left(state.securityGroups);
  state.networkInterfaces = left(state.networkInterfaces);
  state.vpcEndpoints = left(state.vpcEndpoints);
  state.instances = left(state.instances);
  state.volumes = left(state.volumes);
  for (const address of state.addresses) {
    if (address.freeAt === undefined || address.freeAt > now) continue;
    delete address.associationId;
    delete address.networkInterfaceId;
    delete address.freeAt;
  }
  for (const volume of state.volumes) if ((volume.attachment?.endsAt ?? Infinity) <= now) delete volume.attachment;
  return state;
}

function gone(record: Ec2Record, now: number): boolean {
  return record.goneAt !== undefined && record.goneAt <= now;
}

/** Whether it exists at this moment, seen or not. */
export function alive(world: World, record: Ec2Record): boolean {
  return record.madeAt <= world.now() && !gone(record, world.now());
}

/** Whether describes show it. */
export function visible(world: World, record: Ec2Record): boolean {
  return alive(world, record) && record.visibleAt <= world.now();
}

/** The times and tags of a new thing: EC2 shows it only after a while, a different one for each. */
export function born(world: World, prefix: string, tags: Readonly<Record<string, string>> = {}): Ec2Record {
  const now = world.now();
  return { id: world.id(prefix), madeAt: now, visibleAt: now + world.random() * SECONDS.ec2Visible * 1000, tags: { ...tags } };
}

/** The same for what AWS's own services make: nobody is told its id before it can be seen. */
export function bornVisible(world: World, prefix: string, tags: Readonly<Record<string, string>> = {}, madeAt = world.now()): Ec2Record {
  return { id: world.id(prefix), madeAt, visibleAt: madeAt, tags: { ...tags } };
}

/** The zones of a region: name, id. Ids are shuffled per account in AWS; here they are in order. */
export function zonesOf(region: string): readonly { readonly name: string; readonly id: string }[] {
  const [area = '', direction = '', number = ''] = region.split('-');
  const words: Readonly<Record<string, string>> = {
    north: 'n',
    south: 's',
    east: 'e',
    west: 'w',
    central: 'c',
    northeast: 'ne',
    northwest: 'nw',
    southeast: 'se',
    southwest: 'sw',
  };
  const short = `${area}${words[direction] ?? direction}${number}`;
  const count = region === 'us-east-1' ? 6 : region === 'us-west-2' ? 4 : 3;
  return [...'abcdef'].slice(0, count).map((letter, index) => ({ name: `${region}${letter}`, id: `${short}-az${String(index + 1)}` }));
}

/** The n-th address of a block, e.g. `addressIn('10.0.0.0/20', 4)` → `10.0.0.4`. */
export function addressIn(cidr: string, offset: number): string {
  const [base = '0.0.0.0'] = cidr.split('/');
  const start = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.');
}

function emptyRegion(world: World, region: string): Ec2State {
  const state: Ec2State = {
    vpcs: [],
    subnets: [],
    internetGateways: [],
    routeTables: [],
    addresses: [],
    natGateways: [],
    securityGroups: [],
    networkInterfaces: [],
    vpcEndpoints: [],
    instances: [],
    volumes: [],
    tokens: {},
  };
  addDefaultVpc(world, region, state);
  return state;
}

/** Every region of an account comes with a default VPC; it counts against the quota. */
function addDefaultVpc(world: World, region: string, state: Ec2State): void {
  const vpc: VpcRecord = {
    ...bornVisible(world, 'vpc'),
    cidr: '172.31.0.0/16',
    isDefault: true,
    tenancy: 'default',
    dnsSupport: true,
    dnsHostnames: true,
    networkAddressUsageMetrics: false,
  };
  state.vpcs.push(vpc);
  zonesOf(region).forEach((zone, index) => {
    const cidr = `${addressIn('172.31.0.0/16', index * 4096)}/20`;
    state.subnets.push({ ...bornVisible(world, 'subnet'), vpcId: vpc.id, cidr, zone: zone.name, isDefault: true, publicIpOnLaunch: true });
  });
  const gateway = { ...bornVisible(world, 'igw'), vpcId: vpc.id };
  state.internetGateways.push(gateway);
  addVpcBelongings(world, state, vpc);
  const main = state.routeTables[0];
  main?.routes.push({ destination: '0.0.0.0/0', gatewayId: gateway.id, origin: 'CreateRoute' });
}

/** What AWS makes with every VPC: the main route table and the default security group. */
export function addVpcBelongings(world: World, state: Ec2State, vpc: VpcRecord): void {
  state.routeTables.push({
    ...bornVisible(world, 'rtb', {}, vpc.madeAt),
    vpcId: vpc.id,
    routes: [{ destination: vpc.cidr, gatewayId: 'local', origin: 'CreateRouteTable' }],
    associations: [{ id: world.id('rtbassoc') }],
    endpointIds: [],
  });
  const group = { ...bornVisible(world, 'sg', {}, vpc.madeAt), vpcId: vpc.id, name: 'default', description: 'default VPC security group' };
  state.securityGroups.push({
    ...group,
    rules: [
      { id: world.id('sgr'), egress: false, protocol: '-1', fromPort: -1, toPort: -1, groupId: group.id },
      { id: world.id('sgr'), egress: true, protocol: '-1', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' },
    ],
  });
}
