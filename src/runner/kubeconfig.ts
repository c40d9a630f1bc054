import { dirname, join } from 'node:path';
import type { Clock } from '../core/engine/ports.ts';
import { personsKubeconfig } from '../kubernetes/kubeconfigFile.ts';
import type { KubeconfigPort } from '../stages/kubeconfigPort.ts';
import { ensureLauncher } from './launcher.ts';
import { isOnPath } from './onPath.ts';

export interface KubeconfigOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly clock: Clock;
  /** In a rehearsal: its folder. Then the kubeconfig is a file in the world, never the person's. */
  readonly world: string | undefined;
  readonly platformFile: string;
  readonly profile: string | undefined;
  readonly stateFolder: string;
  readonly cliEntry: string;
}

/** The person's kubeconfig, by the rules of security.md; in a rehearsal a file of the world. Without `aws` on PATH its tokens come from `slipway token`. */
export async function kubeconfigPort(options: KubeconfigOptions): Promise<KubeconfigPort> {
  const { env, home, clock, world, profile } = options;
  const folder = dirname(options.platformFile);
  return personsKubeconfig({
    variable: world === undefined ? env['KUBECONFIG'] : join(world, 'kubeconfig'),
    home,
    clock,
    profile,
    // A platform file right in the home folder does not make ~/.kube part of a workspace.
    workspaces: world === undefined && folder !== home ? [folder] : [],
    ...((await isOnPath('aws', env)) ? {} : { launcher: await ensureLauncher(options.stateFolder, options.cliEntry) }),
  });
}
