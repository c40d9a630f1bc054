import type { World } from '../world.ts';

/** Where the world's Kubernetes API servers listen, and whom their certificate is to be believed by. */
export interface ControlPlane {
  /** e.g. `https://127.0.0.1:41231`; kept over restarts where the port is still free. */
  endpoint: string;
  /** PEM. */
  certificateAuthority: string;
}

/** Written by the Kubernetes server when it starts; without one it is empty, and so is what DescribeCluster says. */
export function controlPlane(world: World): ControlPlane {
  return world.part<ControlPlane>('control-plane', () => ({ endpoint: '', certificateAuthority: '' }));
}
