import { join } from 'node:path';

/** What of the environment would tell Helm where to go, what to load, or as whom. Proxies stay: it goes through them as we do. */
const OURS_TO_SAY = /^(HELM_|KUBECONFIG$|KUBE_|KUBERNETES_|AWS_|SLIPWAY_|XDG_)/i;

/**
 * Helm's environment: the person's, without what would steer it and without credentials of AWS, which it does not need; cache,
 * configuration, data and plugins are in a folder of ours, so that no plugin of anybody is run.
 */
export function helmEnvironment(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OURS_TO_SAY.test(name));
  return {
    ...Object.fromEntries(kept),
    HELM_CACHE_HOME: join(folder, 'cache'),
    HELM_CONFIG_HOME: join(folder, 'config'),
    HELM_DATA_HOME: join(folder, 'data'),
    HELM_PLUGINS: join(folder, 'plugins'),
    HELM_DRIVER: 'secret',
    HELM_NO_PLUGINS: '1',
  };
}
