import type { Faults, World } from '../world.ts';
import type { KubeAnswer, KubeRequest } from './apiServer.ts';

/** The fault `api-restart`: an API server that is replaced. World time until which it is away, ms. */
interface Outage {
  until: number;
}

/** EKS replaces a member of the control plane in about this time. ms of the world */
const AWAY_MS = 30_000;
const USUAL_SLOW_SECONDS = 2;
const MOST_SLOW_SECONDS = 60;

const outageOf = (world: World): Outage => world.part<Outage>('kubernetes-outage', () => ({ until: 0 }));

/** Begins an outage where the fault is armed and due. @returns whether open watches break now */
export function restarts(world: World): boolean {
  if (world.faults.armed('api-restart') === undefined || !world.faults.take('api-restart')) return false;
  outageOf(world).until = world.now() + AWAY_MS;
  return true;
}

/** What the load balancer in front answers while nobody is behind it. */
export function unavailable(world: World, request: KubeRequest): KubeAnswer | undefined {
  if (world.now() >= outageOf(world).until) return undefined;
  const operation = `${request.method.toLowerCase()} ${request.path.slice(0, 100)}`;
  return { status: 503, body: 'the server is currently unable to handle the request\n', warnings: [], operation, mutating: false };
}

/** The fault `slow`, in ms of the wall. */
export function slowness(faults: Faults): number {
  const argument = faults.armed('slow');
  if (argument === undefined) return 0;
  const seconds = Number(argument === '' ? USUAL_SLOW_SECONDS : argument);
  return Math.min(Number.isFinite(seconds) ? Math.max(seconds, 0) : USUAL_SLOW_SECONDS, MOST_SLOW_SECONDS) * 1000;
}
