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

/** What instances of a subnet can reach: `private` through a NAT gateway that works, `public` through an internet gateway. */
export function wayOut(world: World, region: string, subnetId: string): 'private' | 'public' | 'none' {
  const state = ec2Of(world, region);
  const subnet = state.subnets.find((each) => each.id === subnetId);
  const table =
    state.routeTables.find((each) => each.associations.some((association) => association.subnetId === subnetId)) ??
    state.routeTables.find(
      (each) => each.vpcId === subnet?.vpcId && each.associations.some((association) => association.subnetId === undefined),
    );
  const route = table?.routes.find((each) => each.destination === '0.0.0.0/0');
  if (route?.gatewayId?.startsWith('igw-') === true) return 'public';
  const nat = state.natGateways.find((each) => each.id === route?.natGatewayId);
  const works =
    nat !== undefined &&
    nat.failure === undefined &&
    nat.deleteAskedAt === undefined &&
    world.now() >= nat.madeAt + SECONDS.natAvailable * 1000;
  return works ? 'private' : 'none';
}
