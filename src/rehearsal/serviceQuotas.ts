import {
  GetAWSDefaultServiceQuota$,
  GetServiceQuota$,
  ListAWSDefaultServiceQuotas$,
  ListServiceQuotas$,
  type GetAWSDefaultServiceQuotaRequest,
  type GetAWSDefaultServiceQuotaResponse,
  type GetServiceQuotaRequest,
  type GetServiceQuotaResponse,
  type ListServiceQuotasRequest,
  type ListServiceQuotasResponse,
  type ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import { QUOTA } from './ec2/quota.ts';
import { AwsError, byName, read, type Call, type Service } from './service.ts';
import type { World } from './world.ts';

interface Quota {
  readonly service: string;
  readonly serviceName: string;
  readonly code: string;
  readonly name: string;
  readonly value: number;
  /** Applied values exist only where the account ever had one of its own; the others answer `NoSuchResourceException`. */
  readonly applied: boolean;
}

const VPC = { service: 'vpc', serviceName: 'Amazon Virtual Private Cloud (Amazon VPC)', applied: true };
const EC2 = { service: 'ec2', serviceName: 'Amazon Elastic Compute Cloud (Amazon EC2)', applied: true };
const EKS = { service: 'eks', serviceName: 'Amazon Elastic Kubernetes Service (Amazon EKS)', applied: false };

/** Codes: `domain-facts.md` A and D. The vCPU quotas are an account's that has asked for room for a small platform. */
const QUOTAS: readonly Quota[] = [
  { ...VPC, code: 'L-F678F1CE', name: 'VPCs per Region', value: QUOTA.vpcs },
  { ...VPC, code: 'L-A4707A72', name: 'Internet gateways per Region', value: QUOTA.internetGateways },
  { ...VPC, code: 'L-FE5A380F', name: 'NAT gateways per Availability Zone', value: QUOTA.natGatewaysPerZone },
  { ...VPC, code: 'L-407747CB', name: 'Subnets per VPC', value: QUOTA.subnetsPerVpc },
  { ...VPC, code: 'L-589F43AA', name: 'Route tables per VPC', value: QUOTA.routeTablesPerVpc },
  { ...VPC, code: 'L-E79EC296', name: 'VPC security groups per Region', value: QUOTA.securityGroups },
  { ...EC2, code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs', value: QUOTA.addresses },
  { ...EC2, code: 'L-34B43A08', name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', value: 64 },
  { ...EC2, code: 'L-1216C47A', name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', value: 64 },
  { ...EKS, code: 'L-1194D53C', name: 'Clusters', value: 100 },
  { ...EKS, code: 'L-6D54EA21', name: 'Managed node groups per cluster', value: 30 },
];

function noSuchQuota(): AwsError {
  return new AwsError('NoSuchResourceException', 'The request failed because the specified service or quota does not exist.', 400);
}

function presented(world: World, region: string, quota: Quota): ServiceQuota {
  return {
    ServiceCode: quota.service,
    ServiceName: quota.serviceName,
    QuotaArn: `arn:aws:servicequotas:${region}:${world.account}:${quota.service}/${quota.code}`,
    QuotaCode: quota.code,
    QuotaName: quota.name,
    Value: quota.value,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
    QuotaAppliedAtLevel: 'ACCOUNT',
  };
}

function find(service: string | undefined, code: string | undefined): Quota {
  const quota = QUOTAS.find((each) => each.service === service && each.code === code);
  if (quota === undefined) throw noSuchQuota();
  return quota;
}

function getServiceQuota(world: World, { input, region }: Call<GetServiceQuotaRequest>): GetServiceQuotaResponse {
  const quota = find(input.ServiceCode, input.QuotaCode);
  if (!quota.applied) throw noSuchQuota();
  return { Quota: presented(world, region, quota) };
}

function getDefault(world: World, { input, region }: Call<GetAWSDefaultServiceQuotaRequest>): GetAWSDefaultServiceQuotaResponse {
  return { Quota: presented(world, region, find(input.ServiceCode, input.QuotaCode)) };
}

function list(onlyApplied: boolean) {
  return (world: World, { input, region }: Call<ListServiceQuotasRequest>): ListServiceQuotasResponse => {
    const all = QUOTAS.filter((each) => each.service === input.ServiceCode && (each.applied || !onlyApplied));
    if (!QUOTAS.some((each) => each.service === input.ServiceCode)) throw noSuchQuota();
    const start = input.NextToken === undefined ? 0 : Number(input.NextToken);
    if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidPaginationTokenException', 'Invalid input was provided.', 400);
    const end = start + (input.MaxResults ?? 100);
    return {
      Quotas: all.slice(start, end).map((each) => presented(world, region, each)),
      ...(end < all.length && { NextToken: String(end) }),
    };
  };
}

export const SERVICE_QUOTAS: Service = {
  name: 'servicequotas',
  protocol: 'json',
  version: '2019-06-24',
  target: 'ServiceQuotasV20190624',
  operations: byName([
    read(GetServiceQuota$, getServiceQuota),
    read(GetAWSDefaultServiceQuota$, getDefault),
    read(ListServiceQuotas$, list(true)),
    read(ListAWSDefaultServiceQuotas$, list(false)),
  ]),
};
