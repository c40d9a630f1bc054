import { join } from 'node:path';
import type { KubeconfigPort } from '../stages/kubeconfigPort.ts';

export interface KubeconfigOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** In a rehearsal: its folder. Then the kubeconfig is a file in the world, never the person's. */
  readonly world: string | undefined;
  readonly region: string;
  readonly profile: string | undefined;
}

/** The person's kubeconfig, by the rules of security.md; in a rehearsal a file of the world. */
export function kubeconfigPort(options: KubeconfigOptions): KubeconfigPort {
  const load = () => import('../kubernetes/kubeconfigFile.ts');
  const pathOf = async (arn: string): Promise<string> =>
    options.world === undefined ? (await load()).chooseKubeconfig(options.env, options.home, arn) : join(options.world, 'kubeconfig');
  return {
    path: pathOf,
    read: async (arn) => (await load()).readEntry(await pathOf(arn), arn),
    write: async (arn, entry) => (await load()).writeEntry(await pathOf(arn), arn, entry),
    remove: async (arn) => (await load()).removeEntry(await pathOf(arn), arn),
  };
}
