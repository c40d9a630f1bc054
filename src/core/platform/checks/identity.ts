import { nearest } from '../../findings/nearest.ts';
import { token } from '../../findings/token.ts';
import type { WrittenPlatform } from '../keys.ts';
import { knownPartitions, regionIds, regionOf } from '../regions.ts';
import type { Report } from './report.ts';

/** Region, the ARNs that must fit it and the account, and tags. */
export function checkIdentity(written: WrittenPlatform, report: Report): void {
  checkRegion(written, report);
  checkArn(written.iam?.permissionsBoundary, ['iam', 'permissionsBoundary'], written, report);
  for (const [index, arn] of (written.cluster?.admins ?? []).entries()) checkArn(arn, ['cluster', 'admins', index], written, report);
  for (const key of Object.keys(written.tags ?? {})) checkTag(key, report);
}

function checkRegion({ region: id }: WrittenPlatform, report: Report): void {
  if (id === undefined) return;
  const region = regionOf(id);
  if (region === undefined) {
    const close = nearest(id, regionIds);
    const fix = close === undefined ? undefined : report.replace(`Change to ${close}`, ['region'], close);
    report.add(
      'error',
      'platform.unknown-region',
      ['region'],
      `There is no AWS region ${token(id)}${close === undefined ? ': write one such as us-west-2.' : `: did you mean ${close}?`}`,
      fix,
    );
  } else if (!knownPartitions.includes(region.partition)) {
    report.add(
      'error',
      'platform.partition',
      ['region'],
      `${region.name} belongs to the partition ${region.partition}; Slipway works in ${knownPartitions.join(' and ')} only.`,
    );
  } else if (region.optIn) {
    report.add(
      'information',
      'platform.region-opt-in',
      ['region'],
      `${region.name} is off in an account until it is enabled there: check that it is.`,
    );
  }
}

function checkArn(arn: string | undefined, path: readonly (string | number)[], written: WrittenPlatform, report: Report): void {
  const [, partition, , , account] = arn?.split(':') ?? [];
  const expected = written.region === undefined ? undefined : regionOf(written.region)?.partition;
  if (partition !== undefined && expected !== undefined && partition !== expected) {
    report.add(
      'error',
      'platform.arn-partition',
      path,
      `This ARN is of the partition ${partition}, and the region is of ${expected}: write one of that partition.`,
    );
  }
  if (account !== undefined && account !== 'aws' && written.account !== undefined && account !== written.account) {
    report.add(
      'error',
      'platform.arn-account',
      path,
      `This ARN is of another account than the platform's ${written.account}: write one of that account.`,
    );
  }
}

/** Prefixes that AWS refuses, or by which AWS, Kubernetes and Slipway know their own. */
const reservedPrefixes = ['aws:', 'slipway:', 'kubernetes.io/', 'k8s.io/', 'eks:'];

function checkTag(key: string, report: Report): void {
  const prefix = reservedPrefixes.find((reserved) => key.toLowerCase().startsWith(reserved));
  if (prefix !== undefined) {
    report.addAtKey(
      'error',
      'platform.tag-reserved',
      ['tags', key],
      `A tag key must not begin with ${token(prefix)}, which is reserved: choose another.`,
    );
  } else if (key === 'Name') {
    report.addAtKey('error', 'platform.tag-reserved', ['tags', key], 'Every resource gets a Name of its own: choose another tag key.');
  }
}
