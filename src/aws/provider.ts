import type { Clock, Provider } from '../core/engine/ports.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import type { AwsScope } from './awsScope.ts';
import { discoverEc2 } from './ec2/discoverEc2.ts';
import { discoverEks } from './eks/discoverEks.ts';
import { discoverIam } from './iam/discoverIam.ts';
import { discoverRoute53 } from './route53/discoverRoute53.ts';
import { preflight } from './preflight.ts';
import { residueOf, type Discover } from './residue.ts';

export interface ProviderScope extends AwsScope {
  readonly spec: PlatformSpec;
  readonly clock: Clock;
}

/** Requests at one time. EC2 gives a hundred a second and more to describe calls; EKS and IAM far fewer. */
const PARALLEL = 12;

/** AWS as the engine knows it: what is there of the platform, what must hold before it is made, what is left after it is gone. */
export function awsProvider(scope: ProviderScope): Provider {
  const { spec } = scope;
  const stray = { ...scope, clusterName: spec.name };
  const others: readonly Discover[] = [
    (look) => discoverEks(stray, look),
    (look) => discoverIam(scope, spec.name, look),
    (look) => discoverRoute53(scope, look),
  ];
  const zones = typeof spec.network.zones === 'number' ? spec.network.zones : spec.network.zones.length;
  return {
    name: 'aws',
    parallel: PARALLEL,
    async discover(look) {
      const [network, ...rest] = await Promise.all([discoverEc2(scope, look), ...others.map((discover) => discover(look))]);
      return [...network.map(({ resource }) => resource), ...rest.flat()];
    },
    check: (look, demand) => preflight({ ...scope, compute: spec.compute, zones, now: () => scope.clock.now() }, look, demand),
    residue: (look, went) => residueOf(stray, look, others, went),
  };
}
