import type { Provider } from '../core/engine/ports.ts';

/** Kubernetes as the engine knows it. It discovers nothing: what is in the cluster goes with the cluster. */
export const kubernetesProvider: Provider = { name: 'kubernetes', parallel: 8 };
