import type { ResourceId } from '../../core/graph/resource.ts';

const FIXED: ReadonlyMap<ResourceId, string> = new Map([
  ['vpc', 'VPC'],
  ['internet-gateway', 'Internet gateway'],
  ['routes/public', 'Public route table'],
  ['s3-endpoint', 'S3 endpoint'],
]);

/** By the part of an id before its CIDR, in which `-` stands for `/`. */
const BY_CIDR: ReadonlyMap<string, (cidr: string) => string> = new Map([
  ['subnet/public', (cidr: string) => `Public subnet ${cidr}`],
  ['subnet/private', (cidr: string) => `Private subnet ${cidr}`],
  ['address', (cidr: string) => `Elastic IP for ${cidr}`],
  ['nat', (cidr: string) => `NAT gateway for ${cidr}`],
  ['routes/private', (cidr: string) => `Route table of ${cidr}`],
]);

/** What a thing that left platform.yml was called while it stood there: its tag holds the id, and the id is all that is left of it. */
export function leftoverTitle(resource: ResourceId): string {
  const slash = resource.lastIndexOf('/');
  const cidr = resource.slice(slash + 1).replace(/-(\d+)$/, '/$1');
  return FIXED.get(resource) ?? BY_CIDR.get(resource.slice(0, Math.max(slash, 0)))?.(cidr) ?? resource;
}
