import { ListResourceRecordSetsCommand, type ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Look } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { read } from '../errors.ts';
import { domainName } from './domainName.ts';

/** One name has at most so many record sets that we look at: types, and those of a routing policy. */
const OF_ONE_NAME = 100;

/** All record sets of exactly this name. The list begins there and is in the order of names. @throws Unseen */
export async function recordSetsOf({ aws }: AwsScope, zoneId: string, name: string, look: Look): Promise<readonly ResourceRecordSet[]> {
  const input = { HostedZoneId: zoneId, StartRecordName: name, MaxItems: OF_ONE_NAME };
  const page = await look.share(`route53:records ${zoneId} ${name}`, () =>
    read(aws, look, (o) => aws.route53.send(new ListResourceRecordSetsCommand(input), o)),
  );
  return (page?.ResourceRecordSets ?? []).filter((set) => domainName(set.Name ?? '') === domainName(name));
}

/** Where a record set leads, in one line: its alias or its values. */
export function targetOf(set: ResourceRecordSet): string {
  if (set.AliasTarget !== undefined) return aliasTarget(set.AliasTarget.DNSName ?? '');
  return (set.ResourceRecords ?? []).map(({ Value = '' }) => (set.Type === 'CNAME' ? domainName(Value) : Value)).join(' ');
}

/** The console writes `dualstack.` before the name of a load balancer: the same target. */
export const aliasTarget = (name: string): string => domainName(name).replace(/^dualstack\./, '');
