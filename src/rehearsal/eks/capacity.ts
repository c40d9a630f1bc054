import { ec2Of } from '../ec2/state.ts';
import { SECONDS } from '../world.ts';
import type { World } from '../world.ts';

/** How many more spot instances the region gives: the fault `no-spot-capacity[=COUNT]` leaves two, or COUNT in all. */
export function spotInstancesLeft(world: World, region: string): number {
  const limit = world.faults.armed('no-spot-capacity');
  if (limit === undefined) return Infinity;
  const running = ec2Of(world, region).instances.filter((instance) => instance.spot && instance.terminateAt === undefined).length;
  return Math.max(0, (limit === '' ? 2 : Number(limit)) - running);
}

/** How instances of a subnet reach the world. */
export interface WayOut {
  /** Through a NAT gateway, or through an internet gateway with addresses of their own. */
  readonly by: 'nat' | 'internet-gateway';
  /** World time, ms, at which it is open: maybe not yet. */
  readonly openAt: number;
}

/** `undefined`: there is none, or one that will never work. */
export function wayOut(world: World, region: string, subnetId: string): WayOut | undefined {
  const state = ec2Of(world, region);
  const subnet = state.subnets.find((each) => each.id === subnetId);
  const table =
    state.routeTables.find((each) => each.associations.some((association) => association.subnetId === subnetId)) ??
    state.routeTables.find(
      (each) => each.vpcId === subnet?.vpcId && each.associations.some((association) => association.subnetId === undefined),
    );
  const route = table?.routes.find((each) => each.destination === '0.0.0.0/0');
  if (route?.gatewayId?.startsWith('igw-') === true) return { by: 'internet-gateway', openAt: 0 };
  const nat = state.natGateways.find((each) => each.id === route?.natGatewayId);
  if (nat === undefined || nat.failure !== undefined || nat.deleteAskedAt !== undefined) return undefined;
  return { by: 'nat', openAt: nat.madeAt + SECONDS.natAvailable * 1000 };
}
