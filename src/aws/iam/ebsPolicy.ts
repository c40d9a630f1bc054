import { GetPolicyCommand } from '@aws-sdk/client-iam';
import { Unseen } from '../../core/graph/errors.ts';
import type { Handle, Look, Resource } from '../../core/graph/resource.ts';
import type { Aws } from '../aws.ts';
import type { AwsScope } from '../awsScope.ts';
import { read } from '../errors.ts';
import type { CallerOut } from '../outputs.ts';
import { attachedPolicies } from './role.ts';

export interface PolicyOut {
  readonly arn: string;
}

/**
 * The managed policies for the EBS CSI driver, best first. AWS's pages contradict each other about the path of V2 (policy
 * reference: none; driver documentation: `service-role/`), so both are tried; the last one is the old one, which is always there.
 */
const CANDIDATES = [
  'AmazonEBSCSIDriverPolicyV2',
  'service-role/AmazonEBSCSIDriverPolicyV2',
  'service-role/AmazonEBSCSIDriverPolicy',
] as const;
const ALWAYS_THERE = CANDIDATES[2];

/** Which policy the driver's role gets: the one it has, else the best that exists. Chosen only when a plan needs it. */
export function ebsPolicy(
  { aws }: AwsScope,
  roleName: string,
  needs: { readonly caller: Handle<CallerOut> },
): Resource<PolicyOut, typeof needs> {
  return {
    id: 'policy/ebs-csi',
    kind: 'choice',
    provider: 'aws',
    title: 'Policy of the EBS CSI driver',
    internal: true,
    needs,
    placeholders: ({ caller }) =>
      caller.partition === undefined ? {} : { arn: `arn:${caller.partition}:iam::aws:policy/${ALWAYS_THERE}` },
    async observe(look, depth) {
      if (depth === 'status') return { state: 'absent' };
      const partition = (await look.outputs(needs.caller))?.partition;
      if (partition === undefined) return { state: 'absent' };
      const arns = CANDIDATES.map((name) => `arn:${partition}:iam::aws:policy/${name}`);
      const attached = await attachedPolicies(aws, look, roleName);
      const arn =
        arns.find((candidate) => attached.includes(candidate)) ??
        (await best(aws, look, arns)) ??
        `arn:${partition}:iam::aws:policy/${ALWAYS_THERE}`;
      return { state: 'ready', owner: 'slipway', physicalId: arn, attributes: {}, outputs: { arn } };
    },
  };
}

async function best(aws: Aws, look: Look, arns: readonly string[]): Promise<string | undefined> {
  for (const arn of arns) if (await exists(aws, look, arn)) return arn;
  return undefined;
}

/** Who may not read policies gets the old one: what only informs never blocks. */
async function exists(aws: Aws, look: Look, arn: string): Promise<boolean> {
  try {
    return (
      (await look.share(`iam policy ${arn}`, () => read(aws, look, (o) => aws.iam.send(new GetPolicyCommand({ PolicyArn: arn }), o)))) !==
      undefined
    );
  } catch (error) {
    if (error instanceof Unseen) return false;
    throw error;
  }
}
