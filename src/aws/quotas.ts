import {
  DescribeAddressesCommand,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeNatGateways,
  paginateDescribeVpcs,
  type Instance,
} from '@aws-sdk/client-ec2';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { Finding } from '../core/findings/finding.ts';
import { Unseen } from '../core/graph/errors.ts';
import type { Look, QuotaDemand } from '../core/graph/resource.ts';
import type { Aws } from './aws.ts';
import { read } from './errors.ts';
import { readAll } from './pages.ts';

interface Quota {
  /** One and many. */
  readonly words: readonly [string, string];
  /** What counts against it now, of everyone in the account. */
  used(aws: Aws, look: Look): Promise<number>;
}

/** By `service:code` (Service Quotas). NAT gateways count by zone: see `NAT_QUOTA`. */
const QUOTAS: Readonly<Record<string, Quota>> = {
  'ec2:L-0263D0A3': {
    words: ['Elastic IP', 'Elastic IPs'],
    used: async (aws, look) => (await read(aws, look, (o) => aws.ec2.send(new DescribeAddressesCommand({}), o)))?.Addresses?.length ?? 0,
  },
  'vpc:L-F678F1CE': {
    words: ['VPC', 'VPCs'],
    used: async (aws, look) =>
      (
        await readAll(
          aws,
          look,
          (o) => paginateDescribeVpcs({ client: aws.ec2 }, {}, o),
          (page) => page.Vpcs,
        )
      ).length,
  },
  'vpc:L-A4707A72': {
    words: ['internet gateway', 'internet gateways'],
    used: async (aws, look) =>
      (
        await readAll(
          aws,
          look,
          (o) => paginateDescribeInternetGateways({ client: aws.ec2 }, {}, o),
          (page) => page.InternetGateways,
        )
      ).length,
  },
  'vpc:L-FE5A380F': { words: ['NAT gateway in one zone', 'NAT gateways in one zone'], used: natsInFullestZone },
  'ec2:L-34B43A08': {
    words: ['Spot vCPU', 'Spot vCPUs'],
    used: (aws, look) => vcpus(aws, look, (instance) => instance.InstanceLifecycle === 'spot'),
  },
  'ec2:L-1216C47A': {
    words: ['On-Demand vCPU', 'On-Demand vCPUs'],
    used: (aws, look) => vcpus(aws, look, (instance) => instance.InstanceLifecycle === undefined),
  },
};

const NAT_QUOTA = 'vpc:L-FE5A380F';

/** Five a zone; which zone a gateway is in is told by its subnet, so the fullest *subnet* stands for the zone where AWS does not say. */
async function natsInFullestZone(aws: Aws, look: Look): Promise<number> {
  const Filter = [{ Name: 'state', Values: ['pending', 'available'] }];
  const nats = await readAll(
    aws,
    look,
    (o) => paginateDescribeNatGateways({ client: aws.ec2 }, { Filter }, o),
    (page) => page.NatGateways,
  );
  const counts = new Map<string, number>();
  for (const nat of nats) {
    const place = nat.NatGatewayAddresses?.[0]?.AvailabilityZoneId ?? nat.SubnetId ?? '';
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** vCPUs of the standard families (A, C, D, H, I, M, R, T, Z), which have a quota together. */
async function vcpus(aws: Aws, look: Look, counts: (instance: Instance) => boolean): Promise<number> {
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
  const reservations = await readAll(
    aws,
    look,
    (o) => paginateDescribeInstances({ client: aws.ec2 }, { Filters }, o),
    (page) => page.Reservations,
  );
  return reservations
    .flatMap((reservation) => reservation.Instances ?? [])
    .filter((instance) => counts(instance) && /^[acdhimrtz]\d/.test(instance.InstanceType ?? ''))
    .reduce((sum, { CpuOptions }) => sum + (CpuOptions?.CoreCount ?? 1) * (CpuOptions?.ThreadsPerCore ?? 1), 0);
}

/** The account's own value, else AWS's default for everyone. */
async function limitOf(aws: Aws, look: Look, quota: string): Promise<number | undefined> {
  const [ServiceCode = '', QuotaCode = ''] = quota.split(':');
  const applied = await read(aws, look, (o) => aws.serviceQuotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }), o));
  if (applied?.Quota?.Value !== undefined) return applied.Quota.Value;
  const general = await read(aws, look, (o) => aws.serviceQuotas.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }), o));
  return general?.Quota?.Value;
}

/**
 * Quotas that a plan would run into, with numbers: "needs 2 Elastic IPs, 1 of 5 left". What may not be read is one information.
 * `zones`: NAT gateways spread over so many.
 */
export async function checkQuotas(aws: Aws, look: Look, demand: readonly QuotaDemand[], zones: number): Promise<readonly Finding[]> {
  const asked = demand.filter(({ quota, amount }) => amount > 0 && QUOTAS[quota] !== undefined);
  const results = await Promise.all(asked.map((each) => checkQuota(aws, look, each, zones)));
  const unread = results.flatMap((result) => (typeof result === 'string' ? [result] : []));
  const [why] = unread;
  const information: Finding[] =
    why === undefined
      ? []
      : [
          {
            code: 'quota-unread',
            severity: 'information',
            message: `Not every quota could be read, so it is not known whether they suffice: ${why}`,
          },
        ];
  return [...results.flatMap((result) => (typeof result === 'string' ? [] : result)), ...information];
}

/** Findings, or why it could not be told. */
async function checkQuota(aws: Aws, look: Look, { quota, amount }: QuotaDemand, zones: number): Promise<readonly Finding[] | string> {
  const known = QUOTAS[quota];
  if (known === undefined) return [];
  try {
    const [limit, used] = await Promise.all([limitOf(aws, look, quota), known.used(aws, look)]);
    if (limit === undefined) return `AWS does not tell the quota for ${known.words[1]}`;
    const needed = quota === NAT_QUOTA ? Math.ceil(amount / Math.max(zones, 1)) : amount;
    const left = Math.max(0, limit - used);
    if (needed <= left) return [];
    const [one, many] = known.words;
    const message = `The platform needs ${needed} ${needed === 1 ? one : many}, ${left} of ${limit} left in ${aws.region}: release some, or ask for a higher quota (Service Quotas, ${quota.replace(':', ' ')})`;
    return [{ code: 'quota', severity: 'error', message }];
  } catch (error) {
    if (error instanceof Unseen) return error.message;
    throw error;
  }
}
