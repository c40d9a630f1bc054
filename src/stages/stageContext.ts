import type { Agents } from '../aws/agent.ts';
import type { Aws } from '../aws/aws.ts';
import type { PriceBook } from '../aws/prices.ts';
import type { Identity } from '../aws/tags.ts';
import type { Clock } from '../core/engine/ports.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import type { ReachCluster } from '../kubernetes/reach.ts';
import type { KubernetesContext } from './kubernetesContext.ts';
import type { KubeconfigPort } from './kubeconfigPort.ts';

/** All that a stage is built from. Building one sends nothing: resources speak to the world only when they are observed or stepped. */
export interface StageContext {
  readonly spec: PlatformSpec;
  /** The platform's tag and the person's. */
  readonly identity: Identity;
  readonly aws: Aws;
  readonly prices: PriceBook;
  /** The world's clock: faster than the wall's in a rehearsal. */
  readonly clock: Clock;
  /** Connections for Kubernetes: the same proxy and certificates as for AWS. */
  readonly agents: Agents;
  /** The client of a cluster: with `--kubeconfig` the one that the person named. */
  readonly reach: ReachCluster;
  /** `--kubeconfig` names the cluster: then it proves whose it is by a mark in it, and not by what EKS reports. */
  readonly namesCluster?: true;
  /** The person's kubeconfig; in a rehearsal a file in the world. */
  readonly kubeconfig: KubeconfigPort;
  /** What lives in the cluster; absent where the file names no manifests: then the platform ends with its AWS stages. */
  readonly kubernetes?: KubernetesContext;
}
