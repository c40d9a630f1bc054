import type { EksScope } from '../aws/eks/eksScope.ts';
import type { StageContext } from './stageContext.ts';

/** What the kinds of EKS are built from: the cluster is called as the platform is. */
export function eksScopeOf({ aws, identity, prices, spec }: StageContext): EksScope {
  return { aws, identity, prices, clusterName: spec.name };
}
