import {
  DeleteTargetGroup$,
  DescribeTargetGroups$,
  type DeleteTargetGroupInput,
  type DescribeTargetGroupsInput,
  type DescribeTargetGroupsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';

/** Where a port of a network load balancer leads. The cloud controller makes one for each port, with the load balancer's own tags. */
export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  readonly port: number;
  readonly vpcId: string;
  readonly loadBalancerArn: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface TargetGroupState {
  groups: TargetGroupRecord[];
}

const stateOf = (world: World, region: string): TargetGroupState =>
  world.part<TargetGroupState>(`elb-target-groups/${region}`, () => ({ groups: [] }));

export const targetGroupsOf = (world: World, region: string): readonly TargetGroupRecord[] => stateOf(world, region).groups;

export function makeTargetGroup(world: World, region: string, wanted: Omit<TargetGroupRecord, 'arn' | 'name'>): void {
  const name = `k8s-${world.token(10).toLowerCase()}`;
  const arn = `arn:aws:elasticloadbalancing:${region}:${world.account}:targetgroup/${name}/${world.token(16).toLowerCase()}`;
  stateOf(world, region).groups.push({ ...wanted, arn, name });
}

/** Those of one load balancer go, as when a controller takes back what it made. Deleting a load balancer alone leaves them. */
export function forgetTargetGroups(world: World, region: string, loadBalancerArn: string): void {
  const state = stateOf(world, region);
  state.groups = state.groups.filter((group) => group.loadBalancerArn !== loadBalancerArn);
}

/** `isThere`: whether a load balancer still stands; a group of one that is gone is in use by nothing. */
export function targetGroupOperations(isThere: (world: World, region: string, arn: string) => boolean): readonly Operation[] {
  const describe = (world: World, { input, region }: Call<DescribeTargetGroupsInput>): DescribeTargetGroupsOutput => {
    const all = targetGroupsOf(world, region);
    const missing =
      input.TargetGroupArns?.find((arn) => !all.some((group) => group.arn === arn)) ??
      input.Names?.find((name) => !all.some((group) => group.name === name));
    if (missing !== undefined) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
    if (input.LoadBalancerArn !== undefined && !isThere(world, region, input.LoadBalancerArn))
      throw new AwsError('LoadBalancerNotFound', `Load balancers '[${input.LoadBalancerArn}]' not found`);
    const chosen = all.filter(
      (group) =>
        (input.TargetGroupArns?.includes(group.arn) ?? true) &&
        (input.Names?.includes(group.name) ?? true) &&
        (input.LoadBalancerArn === undefined || group.loadBalancerArn === input.LoadBalancerArn),
    );
    return {
      TargetGroups: chosen.map((group) => ({
        TargetGroupArn: group.arn,
        TargetGroupName: group.name,
        Protocol: 'TCP',
        Port: group.port,
        VpcId: group.vpcId,
        TargetType: 'instance',
        LoadBalancerArns: isThere(world, region, group.loadBalancerArn) ? [group.loadBalancerArn] : [],
      })),
    };
  };
  /** Deleting one that is gone succeeds, as in AWS; one that a listener leads to is in use. */
  const remove = (world: World, { input, region }: Call<DeleteTargetGroupInput>): object => {
    const state = stateOf(world, region);
    const group = state.groups.find(({ arn }) => arn === input.TargetGroupArn);
    if (group !== undefined && isThere(world, region, group.loadBalancerArn))
      throw new AwsError('ResourceInUse', `Target group '${group.arn}' is currently in use by a listener or a rule`);
    state.groups = state.groups.filter((each) => each !== group);
    return {};
  };
  return [read(DescribeTargetGroups$, describe), write(DeleteTargetGroup$, remove)];
}
