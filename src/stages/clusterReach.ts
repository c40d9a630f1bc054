import type { Agents } from '../aws/agent.ts';
import type { Aws } from '../aws/aws.ts';
import { assertSignedIn } from '../aws/caller.ts';
import { tokenSource } from '../aws/eksToken.ts';
import type { TokenSource } from '../aws/eksToken.ts';
import type { Clock } from '../core/engine/ports.ts';
import type { NamedConnection } from '../kubernetes/kubeconfigConnection.ts';
import { reachCluster } from '../kubernetes/reach.ts';
import type { ReachCluster } from '../kubernetes/reach.ts';

export interface ClusterReachOptions {
  readonly aws: Aws;
  readonly agents: Agents;
  readonly clock: Clock;
  /** `--kubeconfig`: see `kubeconfigConnection`. */
  readonly instead?: NamedConnection | undefined;
}

/** Where AWS and Kubernetes meet: the endpoint that EKS reports, with a token signed by the same credentials. Nothing is sent before the first use. */
export function clusterReach({ aws, agents, clock, instead }: ClusterReachOptions): ReachCluster {
  const tokens = new Map<string, TokenSource>();
  const tokensOf = (cluster: string): TokenSource => {
    const known = tokens.get(cluster);
    if (known !== undefined) return known;
    const made = tokenSource({
      region: aws.region,
      cluster,
      credentials: aws.credentials,
      // Signatures are dated by the wall clock, in a rehearsal too; the SDK has measured how far ours is off.
      now: () => Date.now(),
      clockOffset: () => aws.eks.config.systemClockOffset,
    });
    tokens.set(cluster, made);
    return made;
  };
  return reachCluster({
    transport: { agent: agents.https, now: () => clock.now(), sleep: (ms, signal) => clock.sleep(ms, signal) },
    token: (cluster) => tokensOf(cluster).token(),
    assertSignedIn: (signal) => assertSignedIn(aws, signal),
    ...(instead === undefined ? {} : { instead }),
  });
}
