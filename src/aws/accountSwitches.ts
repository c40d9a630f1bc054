import {
  DescribeVpcBlockPublicAccessOptionsCommand,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2';
import type { Finding } from '../core/findings/finding.ts';
import { Unseen } from '../core/graph/errors.ts';
import type { Look } from '../core/graph/resource.ts';
import type { Aws } from './aws.ts';
import { read } from './errors.ts';

/** Settings of the account in this region under which a platform comes up and does not work. */
export async function checkAccountSwitches(aws: Aws, look: Look): Promise<readonly Finding[]> {
  const checks = await Promise.all([
    told(() => defaultKey(aws, look), 'the default encryption of EBS'),
    told(() => blockedAccess(aws, look), 'VPC Block Public Access'),
  ]);
  return checks.flat();
}

async function told(check: () => Promise<readonly Finding[]>, what: string): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Unseen)
      return [{ code: 'switch-unread', severity: 'information', message: `It could not be read how ${what} is set: ${error.message}` }];
    throw error;
  }
}

/** With a customer's key that the Auto Scaling service role may not use, no node ever starts (`Client error on launch`). */
async function defaultKey(aws: Aws, look: Look): Promise<readonly Finding[]> {
  const encryption = await read(aws, look, (o) => aws.ec2.send(new GetEbsEncryptionByDefaultCommand({}), o));
  if (encryption?.EbsEncryptionByDefault !== true) return [];
  const key = (await read(aws, look, (o) => aws.ec2.send(new GetEbsDefaultKmsKeyIdCommand({}), o)))?.KmsKeyId;
  if (key === undefined || key.endsWith('alias/aws/ebs')) return [];
  const message = `Volumes in ${aws.region} are encrypted with ${key} by default: nodes start only if the key's policy lets AWSServiceRoleForAutoScaling use it`;
  return [{ code: 'ebs-default-key', severity: 'warning', message }];
}

async function blockedAccess(aws: Aws, look: Look): Promise<readonly Finding[]> {
  const options = (await read(aws, look, (o) => aws.ec2.send(new DescribeVpcBlockPublicAccessOptionsCommand({}), o)))
    ?.VpcBlockPublicAccessOptions;
  switch (options?.InternetGatewayBlockMode) {
    case 'block-bidirectional': {
      const message = `VPC Block Public Access is on in both directions in ${aws.region}: NAT gateways carry nothing and nodes cannot join; turn it off or exclude the VPC`;
      return [{ code: 'block-public-access', severity: 'error', message }];
    }
    case 'block-ingress': {
      const message = `VPC Block Public Access is on for ingress in ${aws.region}: load balancers will not be reachable from the Internet until the VPC is excluded`;
      return [{ code: 'block-public-access', severity: 'warning', message }];
    }
    default:
      return [];
  }
}
