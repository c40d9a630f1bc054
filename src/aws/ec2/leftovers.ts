import { NotYet, Unseen } from '../../core/graph/errors.ts';
import type { AnyResource, Handle, Look, ResourceId, StepContext } from '../../core/graph/resource.ts';
import type { VpcOut } from '../outputs.ts';
import { deleteInterface, deleteSecurityGroup, interfacesOf, securityGroupsOf } from './strayNetwork.ts';
import type { Stray, StrayScope } from './stray.ts';
import { deleteLoadBalancer, loadBalancersIn } from './strayLoadBalancers.ts';
import { deleteTargetGroup, targetGroupsIn } from './strayTargetGroups.ts';
import { deleteVolume, volumesOf } from './strayVolumes.ts';

interface Sweep<S extends Stray> {
  readonly id: ResourceId;
  readonly kind: string;
  readonly title: string;
  list(look: Look, vpcId: string): Promise<readonly S[]>;
  /** One call. */
  remove(stray: S, ctx: StepContext): Promise<void>;
}

/**
 * What has to go between the cluster and its network: load balancers, then their target groups, their and EKS's network
 * interfaces and security groups, and the volumes of the EBS CSI add-on. One left interface would keep the VPC for ever. They stand between the
 * subnets and the cluster in the graph, so that a destroy comes to them when no controller can make new ones.
 */
export function leftovers(scope: StrayScope, vpc: Handle<VpcOut>, network: readonly ResourceId[]): readonly AnyResource[] {
  const groups = sweep(vpc, network, {
    id: 'left/security-groups',
    kind: 'AWS::EC2::SecurityGroup',
    title: 'Security groups left by the cluster',
    list: (look, vpcId) => securityGroupsOf(scope, look, vpcId),
    remove: (group, ctx) => deleteSecurityGroup(scope, group, ctx),
  });
  const interfaces = sweep(vpc, [...network, groups.id], {
    id: 'left/network-interfaces',
    kind: 'AWS::EC2::NetworkInterface',
    title: 'Network interfaces left by the cluster',
    list: (look, vpcId) => interfacesOf(scope, look, vpcId),
    remove: (stray, ctx) => deleteInterface(scope, stray, ctx),
  });
  const targets = sweep(vpc, network, {
    id: 'left/target-groups',
    kind: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    title: 'Target groups left by the cluster',
    list: (look, vpcId) => targetGroupsIn(scope, look, vpcId),
    remove: (group, ctx) => deleteTargetGroup(scope, group, ctx),
  });
  const balancers = sweep(vpc, [...network, groups.id, interfaces.id, targets.id], {
    id: 'left/load-balancers',
    kind: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    title: 'Load balancers left by the cluster',
    list: (look) => loadBalancersIn(scope, look),
    remove: (balancer, ctx) => deleteLoadBalancer(scope, balancer, ctx),
  });
  const volumes = sweep(vpc, [], {
    id: 'left/volumes',
    kind: 'AWS::EC2::Volume',
    title: 'Volumes left by the cluster',
    list: (look) => volumesOf(scope, look),
    remove: (volume, ctx) => deleteVolume(scope, volume, ctx),
  });
  return [groups, interfaces, targets, balancers, volumes];
}

/** A kind of leftovers as one resource that is only ever deleted. */
function sweep<S extends Stray>(
  vpc: Handle<VpcOut>,
  after: readonly ResourceId[],
  { id, kind, title, list, remove }: Sweep<S>,
): AnyResource {
  // What `delete` acts on: the engine hands back attributes, which are plain data; the things themselves stay here.
  let found: readonly S[] = [];
  const present = { state: 'ready', owner: 'slipway', outputs: {} } as const;
  return {
    id,
    kind,
    provider: 'aws',
    title,
    needs: {},
    after: [vpc.id, ...after],
    internal: true,
    async observe(look, depth) {
      // No status pays for looking: there is nothing to tell until something is deleted.
      if (depth === 'status') return { state: 'absent' };
      const vpcId = (await look.outputs(vpc))?.vpcId;
      if (vpcId === undefined) return { state: 'absent' };
      try {
        found = await list(look, vpcId);
      } catch (error) {
        // An apply passes by here too, and must not wait for it; a destroy does: `delete` says why.
        if (!(error instanceof Unseen)) throw error;
        return { ...present, physicalId: id, attributes: { unseen: error.message } };
      }
      const calls = Object.fromEntries(found.map((stray) => [stray.id, stray.calls ?? 1]));
      const [first] = Object.keys(calls).sort();
      return first === undefined ? { state: 'absent' } : { ...present, physicalId: first, attributes: { calls } };
    },
    steps: {
      plan: () => ({ action: 'none' }),
      async delete({ attributes }, ctx) {
        if (typeof attributes['unseen'] === 'string')
          throw new NotYet(`${title} could not be looked for: ${attributes['unseen']}`, { code: 'unseen' });
        const free = found.find((stray) => stray.heldBy === undefined);
        if (free !== undefined) return remove(free, ctx);
        const [held] = found;
        throw new NotYet(`${held?.id ?? title} is still held by ${held?.heldBy ?? 'something'}`, { code: 'InUse' });
      },
    },
    estimate: () => ({ createSeconds: 0, deleteSeconds: 0, monthlyUsd: 0 }),
  };
}
