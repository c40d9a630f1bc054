import { compare } from '../../../../src/core/graph/compare.ts';
import { presentIn } from '../../../../src/core/graph/observation.ts';
import type { AnyResource, Attributes, Handle, Look, Observation, Resource, ResourceId } from '../../../../src/core/graph/resource.ts';
import { MINUTE, SECOND, type Client, type Row, type Type } from './world.ts';

export interface IdOut {
  readonly id: string;
}
export interface EgressOut {
  readonly subnet: string;
}
export interface ClusterOut {
  readonly id: string;
  readonly endpoint: string;
}

const HIDDEN = 60 * SECOND;

type View<O> = { readonly attributes: Attributes } & (
  | { readonly state: 'ready'; readonly outputs: O }
  | { readonly state: 'degraded'; readonly outputs: O; readonly reason: string; readonly awaits?: ResourceId }
  | { readonly state: 'pending' | 'failed'; readonly outputs: Partial<O>; readonly reason: string }
);

const ready = (row: Row): View<IdOut> => ({ state: 'ready', outputs: { id: row.id }, attributes: row.props });

/** By our tag, or by a name that is unique in the account: neither needs the outputs of anything else. */
async function find<O>(
  client: Client,
  look: Look,
  type: Type,
  is: (row: Row) => boolean,
  view: (row: Row) => View<O>,
): Promise<Observation<O>> {
  const rows = (await look.share(`list ${type}`, () => client.list(type))).filter(is);
  const staying = rows.filter((row) => row.goneAt === undefined).sort((a, b) => (a.id < b.id ? -1 : 1));
  const isUsed = ({ id }: Row): boolean =>
    client.world.rows.some((row) => row.goneAt === undefined && Object.values(row.props).flat().includes(id));
  const row = staying.find(isUsed) ?? staying[0] ?? rows[0];
  if (!row) return { state: 'absent' };
  const twins = staying.filter((other) => other !== row).map((twin) => ({ physicalId: twin.id, used: isUsed(twin) }));
  return {
    owner: row.resource === undefined ? 'foreign' : 'slipway',
    physicalId: row.id,
    ...(row.goneAt === undefined ? {} : { leaving: true as const }),
    ...(twins.length > 0 ? { twins } : {}),
    ...view(row),
  };
}
const tagged =
  (id: ResourceId) =>
  (row: Row): boolean =>
    row.resource === id;
const named =
  (name: string) =>
  (row: Row): boolean =>
    row.id === name;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Made once for good, two attributes set by calls of their own, hidden for a while. */
export function vpc(client: Client, cidr: string, after: readonly ResourceId[]): Resource<IdOut> {
  const id = 'vpc';
  const title = 'VPC';
  return {
    id,
    kind: 'AWS::EC2::VPC',
    provider: 'aws',
    title,
    needs: {},
    after,
    hiddenFor: HIDDEN,
    repeatable: false,
    demand: [{ quota: 'vpc', amount: 1 }],
    observe: (look) => find(client, look, 'vpc', tagged(id), ready),
    steps: {
      plan: (seen) => compare(title, seen, { cidr, support: true, hostnames: true }, { paths: ['cidr'], otherwise: 'replace' }),
      create: () => client.create('vpc', '', id, { cidr, support: false, hostnames: false }),
      update: (seen) => {
        const present = presentIn(seen);
        return client.modify(
          'vpc',
          present?.physicalId ?? '',
          present?.attributes['support'] === true ? { hostnames: true } : { support: true },
        );
      },
      delete: (seen) => client.delete('vpc', seen.physicalId),
    },
    estimate: () => ({ createSeconds: 5, deleteSeconds: 2, monthlyUsd: 0 }),
  };
}

export function gateway(client: Client, needs: { readonly vpc: Handle<IdOut> }): Resource<IdOut, typeof needs> {
  const id = 'internet-gateway';
  const title = 'Internet gateway';
  return {
    id,
    kind: 'AWS::EC2::InternetGateway',
    provider: 'aws',
    title,
    needs,
    within: needs.vpc,
    hiddenFor: HIDDEN,
    repeatable: false,
    observe: (look) => find(client, look, 'gateway', tagged(id), ready),
    steps: {
      plan: (seen, inputs) => compare(title, seen, { vpc: inputs.vpc.id }),
      create: () => client.create('gateway', '', id, { vpc: 'none' }),
      update: (seen, inputs) => client.modify('gateway', presentIn(seen)?.physicalId ?? '', { vpc: inputs.vpc.id }),
      delete: (seen) =>
        seen.attributes['vpc'] !== undefined && seen.attributes['vpc'] !== 'none'
          ? client.modify('gateway', seen.physicalId, { vpc: 'none' })
          : client.delete('gateway', seen.physicalId),
    },
  };
}

/** A name of its own refuses a second one, so a lost answer does no harm. */
export function subnet(client: Client, cidr: string, needs: { readonly vpc: Handle<IdOut> }): Resource<IdOut, typeof needs> {
  const id = `subnet/${cidr}`;
  const title = `Subnet ${cidr}`;
  return {
    id,
    kind: 'AWS::EC2::Subnet',
    provider: 'aws',
    title,
    needs,
    within: needs.vpc,
    hiddenFor: HIDDEN,
    observe: (look) => find(client, look, 'subnet', tagged(id), ready),
    steps: {
      plan: (seen, inputs) => compare(title, seen, { vpc: inputs.vpc.id }, { paths: ['vpc'], otherwise: 'replace' }),
      create: (inputs) => client.create('subnet', id, id, { vpc: inputs.vpc.id }),
      delete: (seen) => client.delete('subnet', seen.physicalId),
    },
  };
}

export function address(client: Client, zone: string): Resource<IdOut> {
  const id = `address/${zone}`;
  return {
    id,
    kind: 'AWS::EC2::EIP',
    provider: 'aws',
    title: `Elastic IP ${zone}`,
    needs: {},
    hiddenFor: HIDDEN,
    repeatable: false,
    demand: [{ quota: 'address', amount: 1 }],
    observe: (look) => find(client, look, 'address', tagged(id), ready),
    steps: {
      plan: (seen) => compare(`Elastic IP ${zone}`, seen, {}),
      create: () => client.create('address', '', id, {}),
      delete: (seen) => client.delete('address', seen.physicalId),
    },
    estimate: () => ({ createSeconds: 2, deleteSeconds: 2, monthlyUsd: 3.65 }),
  };
}

/** Slow to come and to go; one that failed never gets ready. */
export function nat(
  client: Client,
  zone: string,
  needs: { readonly subnet: Handle<IdOut>; readonly address: Handle<IdOut> },
): Resource<IdOut, typeof needs> {
  const id = `nat/${zone}`;
  const title = `NAT gateway ${zone}`;
  return {
    id,
    kind: 'AWS::EC2::NatGateway',
    provider: 'aws',
    title,
    needs,
    within: needs.subnet,
    observe: (look) =>
      find(client, look, 'nat', tagged(id), (row): View<IdOut> => {
        const base = { attributes: row.props, outputs: { id: row.id } };
        if (row.failed !== undefined) return { ...base, state: 'failed', reason: row.failed };
        return client.world.age(row) < 100 * SECOND ? { ...base, state: 'pending', reason: 'creating' } : { ...base, state: 'ready' };
      }),
    steps: {
      plan: (seen, inputs) => {
        if (seen.state === 'failed') return { action: 'recreate', summary: `make ${title} anew: ${seen.reason}`, diff: [] };
        const wanted = { subnet: inputs.subnet.id, address: inputs.address.id };
        return compare(title, seen, wanted, { paths: ['subnet', 'address'], otherwise: 'replace' });
      },
      create: (inputs) => client.create('nat', '', id, { subnet: inputs.subnet.id, address: inputs.address.id }),
      delete: (seen) => client.delete('nat', seen.physicalId),
    },
    estimate: () => ({ createSeconds: 110, deleteSeconds: 60, monthlyUsd: 32.85 }),
  };
}

/** A table, its route and its association: three calls of one resource. */
export function routes(
  client: Client,
  zone: string,
  needs: { readonly vpc: Handle<IdOut>; readonly subnet: Handle<IdOut>; readonly nat: Handle<IdOut> },
): Resource<EgressOut, typeof needs> {
  const id = `routes/${zone}`;
  const title = `Private routes ${zone}`;
  return {
    id,
    kind: 'AWS::EC2::RouteTable',
    provider: 'aws',
    title,
    needs,
    within: needs.vpc,
    hiddenFor: HIDDEN,
    repeatable: false,
    observe: (look) =>
      find(client, look, 'routes', tagged(id), (row): View<EgressOut> => {
        const to = text(row.props['subnet']);
        return to === 'none'
          ? { state: 'pending', outputs: {}, reason: 'no subnet yet', attributes: row.props }
          : { state: 'ready', outputs: { subnet: to }, attributes: row.props };
      }),
    steps: {
      plan: (seen, inputs) =>
        compare(
          title,
          seen,
          { vpc: inputs.vpc.id, subnet: inputs.subnet.id, nat: inputs.nat.id },
          { paths: ['vpc'], otherwise: 'replace' },
        ),
      create: (inputs) => client.create('routes', '', id, { vpc: inputs.vpc.id, subnet: 'none', nat: 'none' }),
      update: (seen, inputs) => {
        const present = presentIn(seen);
        const isRouted = present?.attributes['nat'] === inputs.nat.id;
        return client.modify('routes', present?.physicalId ?? '', isRouted ? { subnet: inputs.subnet.id } : { nat: inputs.nat.id });
      },
      delete: (seen) => client.delete('routes', seen.physicalId),
    },
  };
}

/** Its policies come one by one, and go one by one before it does. */
export function role(client: Client, name: string, policies: readonly string[]): Resource<IdOut> {
  const id = `role/${name}`;
  const title = `Role ${name}`;
  const attached = (attributes: Attributes): readonly string[] => {
    const value = attributes['policies'];
    return Array.isArray(value) ? value.filter((policy) => typeof policy === 'string') : [];
  };
  return {
    id,
    kind: 'AWS::IAM::Role',
    provider: 'aws',
    title,
    needs: {},
    observe: (look) => find(client, look, 'role', named(id), ready),
    steps: {
      plan: (seen) => compare(title, seen, { policies: [...policies].sort() }),
      create: () => client.create('role', id, id, { policies: [] }),
      update: (seen) => {
        const now = attached(presentIn(seen)?.attributes ?? {});
        const next = policies.find((policy) => !now.includes(policy));
        return client.modify('role', id, {
          policies: next === undefined ? now.filter((policy) => policies.includes(policy)) : [...now, next].sort(),
        });
      },
      delete: (seen) => {
        const [first, ...rest] = attached(seen.attributes);
        return first === undefined ? client.delete('role', id) : client.modify('role', id, { policies: rest });
      },
      foresee: () => ({ id }),
    },
  };
}

/** Ten minutes; what it stands on cannot be changed. */
export function cluster(
  client: Client,
  needs: { readonly role: Handle<IdOut>; readonly subnets: readonly Handle<IdOut>[] },
): Resource<ClusterOut, typeof needs> {
  const id = 'cluster';
  const title = 'EKS cluster';
  return {
    id,
    kind: 'AWS::EKS::Cluster',
    provider: 'aws',
    title,
    needs,
    observe: (look) =>
      find(client, look, 'cluster', named(id), (row): View<ClusterOut> => {
        const endpoint = client.world.endpoint();
        const base = { attributes: row.props };
        if (row.failed !== undefined) return { ...base, state: 'failed', outputs: {}, reason: row.failed };
        return endpoint === undefined
          ? { ...base, state: 'pending', outputs: { id: row.id }, reason: 'creating' }
          : { ...base, state: 'ready', outputs: { id: row.id, endpoint } };
      }),
    steps: {
      plan: (seen, inputs) => {
        if (seen.state === 'failed') return { action: 'recreate', summary: `make ${title} anew`, diff: [] };
        const subnets = inputs.subnets.flatMap((one) => one.id ?? []).sort();
        const wanted = { role: inputs.role.id, subnets: subnets.length === inputs.subnets.length ? subnets : undefined };
        return compare(title, seen, wanted, { paths: ['role', 'subnets'], otherwise: 'replace' });
      },
      create: (inputs) => client.create('cluster', id, id, { role: inputs.role.id, subnets: inputs.subnets.map((one) => one.id).sort() }),
      delete: () => client.delete('cluster', id),
      foresee: (seen) => ({ id, ...(seen.state === 'ready' ? seen.outputs : {}) }),
    },
    estimate: () => ({ createSeconds: 540, deleteSeconds: 300, monthlyUsd: 73 }),
  };
}

/** Usable before it is ready: without nodes it waits for them. */
export function addon(
  client: Client,
  needs: { readonly cluster: Handle<ClusterOut>; readonly role: Handle<IdOut> },
): Resource<IdOut, typeof needs> {
  const id = 'addon';
  const title = 'EBS CSI add-on';
  return {
    id,
    kind: 'AWS::EKS::Addon',
    provider: 'aws',
    title,
    needs,
    within: needs.cluster,
    observe: (look) =>
      find(client, look, 'addon', named(id), (row): View<IdOut> => {
        const base = { attributes: row.props, outputs: { id: row.id } };
        if (client.world.age(row) < 20 * SECOND) return { ...base, state: 'pending', reason: 'creating' };
        return client.world.hasNodes()
          ? { ...base, state: 'ready' }
          : { ...base, state: 'degraded', reason: 'installed, waiting for compute', awaits: 'nodegroup' };
      }),
    steps: {
      plan: (seen, inputs) => compare(title, seen, { role: inputs.role.id }),
      create: (inputs) => client.create('addon', id, id, { role: inputs.role.id }),
      delete: () => client.delete('addon', id),
    },
    estimate: () => ({ createSeconds: 30, deleteSeconds: 10, monthlyUsd: 0 }),
  };
}

/** Made small and grown once; a spot shortage leaves it degraded. */
export function nodegroup(
  client: Client,
  desired: number,
  needs: { readonly cluster: Handle<ClusterOut>; readonly role: Handle<IdOut>; readonly egress: readonly Handle<EgressOut>[] },
  after: readonly ResourceId[],
): Resource<IdOut, typeof needs> {
  const id = 'nodegroup';
  const title = 'Node group';
  return {
    id,
    kind: 'AWS::EKS::Nodegroup',
    provider: 'aws',
    title,
    needs,
    within: needs.cluster,
    after,
    observe: (look) =>
      find(client, look, 'nodegroup', named(id), (row): View<IdOut> => {
        const base = { attributes: row.props, outputs: { id: row.id } };
        if (client.world.age(row) < 3 * MINUTE) return { ...base, state: 'pending', reason: 'creating' };
        return client.world.spotCapacity
          ? { ...base, state: 'ready' }
          : { ...base, state: 'degraded', reason: 'no spot capacity for t3.small' };
      }),
    steps: {
      plan: (seen, inputs) => {
        const subnets = inputs.egress.flatMap((one) => one.subnet ?? []).sort();
        const wanted = { role: inputs.role.id, subnets: subnets.length === inputs.egress.length ? subnets : undefined, desired };
        return compare(title, seen, wanted, { paths: ['role', 'subnets'], otherwise: { refuse: 'Destroy and apply again.' } });
      },
      create: (inputs) =>
        client.create('nodegroup', id, id, { role: inputs.role.id, subnets: inputs.egress.map((one) => one.subnet).sort(), desired: 2 }),
      update: () => client.modify('nodegroup', id, { desired }),
      delete: () => client.delete('nodegroup', id),
    },
    estimate: () => ({ createSeconds: 200, deleteSeconds: 120, monthlyUsd: undefined }),
  };
}

/** Nothing to make, only to wait for. */
export function nodesReady(client: Client, needs: { readonly group: Handle<IdOut> }): Resource<Record<string, never>, typeof needs> {
  const id = 'gate/nodes-ready';
  return {
    id,
    kind: 'gate',
    provider: 'kubernetes',
    title: 'Nodes ready',
    needs,
    observe: async (look) => {
      if ((await look.outputs(needs.group)) === undefined) return { state: 'absent' };
      await look.share('list nodes', () => client.list('object'));
      const present = { owner: 'slipway' as const, physicalId: id, attributes: {}, outputs: {} };
      return client.world.hasNodes() ? { ...present, state: 'ready' } : { ...present, state: 'pending', reason: '0 of 2 nodes ready' };
    },
    estimate: () => ({ createSeconds: 30, deleteSeconds: 0, monthlyUsd: 0 }),
  };
}

/** An object in the cluster: absent with it, unknown when it cannot be reached. */
export function object(
  client: Client,
  name: string,
  body: string,
  needs: { readonly cluster: Handle<ClusterOut> },
  after: readonly ResourceId[] = [],
): Resource<IdOut, typeof needs> {
  const id = `object/${name}`;
  return {
    id,
    kind: 'ConfigMap',
    provider: 'kubernetes',
    title: `ConfigMap ${name}`,
    needs,
    after,
    within: needs.cluster,
    observe: async (look) => {
      if ((await look.outputs(needs.cluster))?.endpoint === undefined) return { state: 'absent' };
      return find(client, look, 'object', named(id), ready);
    },
    steps: {
      plan: (seen) => compare(`ConfigMap ${name}`, seen, { body }),
      create: () => client.create('object', id, id, { body }),
      update: () => client.modify('object', id, { body }),
      delete: () => client.delete('object', id),
    },
  };
}

/** Only a destroy has work with it: what controllers made goes while they still run. */
export function volumes(
  client: Client,
  needs: { readonly cluster: Handle<ClusterOut> },
  after: readonly ResourceId[],
): Resource<Record<string, never>, typeof needs> {
  const id = 'volumes';
  return {
    id,
    kind: 'AWS::EC2::Volume',
    provider: 'aws',
    title: 'Volumes of the cluster',
    needs,
    after,
    within: needs.cluster,
    leaves: true,
    internal: true,
    observe: async (look) => {
      const [first] = await look.share('list volume', () => client.list('volume'));
      return first ? { state: 'ready', owner: 'slipway', physicalId: first.id, attributes: {}, outputs: {} } : { state: 'absent' };
    },
    steps: { plan: () => ({ action: 'none' }), delete: (seen) => client.delete('volume', seen.physicalId) },
  };
}

/** Found out once: no row, no state. */
export function zones(client: Client): Resource<{ readonly zones: readonly string[] }> {
  const present = { state: 'ready' as const, owner: 'slipway' as const, physicalId: 'zones', attributes: {} };
  return {
    id: 'zones',
    kind: 'choice',
    provider: 'aws',
    title: 'Zones',
    needs: {},
    internal: true,
    observe: (look) => look.share('zones', () => client.list('vpc')).then(() => ({ ...present, outputs: { zones: ['a', 'b'] } })),
  };
}

/** Whatever carries our tag, as something that can be looked at and deleted. */
export async function census(client: Client, look: Look, provider: string, types: readonly Type[]): Promise<readonly AnyResource[]> {
  const rows = (await Promise.all(types.map((type) => look.share(`list ${type}`, () => client.list(type))))).flat();
  return rows
    .filter((row) => row.resource !== undefined && row.goneAt === undefined)
    .map((row): Resource<IdOut> => ({
      id: row.resource ?? row.id,
      kind: row.type,
      provider,
      title: `${row.type} ${row.id}`,
      needs: {},
      after: Object.values(row.props).flatMap((value) =>
        typeof value === 'string' ? (rows.find((other) => other.id === value)?.resource ?? []) : [],
      ),
      observe: (again) => find(client, again, row.type, (other) => other.id === row.id, ready),
      steps: {
        plan: () => ({ action: 'none' }),
        delete: (seen) =>
          row.type === 'role' && JSON.stringify(seen.attributes['policies']) !== '[]'
            ? client.modify('role', row.id, { policies: [] })
            : client.delete(row.type, seen.physicalId),
      },
    }));
}
