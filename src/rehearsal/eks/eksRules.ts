import { createHash } from 'node:crypto';
import { AwsError } from '../service.ts';
import type { Call } from '../service.ts';
import { partitionOf } from '../iam/iamState.ts';
import type { World } from '../world.ts';
import type { ClusterRecord, EksState } from './eksState.ts';

/** EKS's errors name what they are about in members of their own: all but the message may be absent. */
export interface About {
  readonly clusterName?: string;
  readonly nodegroupName?: string;
  readonly addonName?: string;
  readonly validZones?: readonly string[];
}

export function invalidParameter(message: string, about: About = {}): AwsError {
  return new AwsError('InvalidParameterException', message, 400, { ...about });
}

export function invalidRequest(message: string, about: About = {}): AwsError {
  return new AwsError('InvalidRequestException', message, 400, { ...about });
}

export function notFound(message: string, about: About = {}): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404, { ...about });
}

export function inUse(message: string, about: About = {}): AwsError {
  return new AwsError('ResourceInUseException', message, 409, { ...about });
}

/** @throws AwsError InvalidParameterException for a missing member */
export function required<T>(value: T | undefined, member: string): T {
  if (value === undefined) throw invalidParameter(`${member} can't be null!`);
  return value;
}

/** @throws AwsError InvalidParameterException. Pattern and length: EKS API Reference, "CreateCluster". */
export function checkedClusterName(name: string | undefined): string {
  const given = required(name, 'cluster name');
  if (given.length > 100 || !/^[0-9A-Za-z][A-Za-z0-9_-]*$/.test(given)) {
    throw invalidParameter("The cluster name should match the regex pattern '^[0-9A-Za-z][A-Za-z0-9\\-_]*'", { clusterName: given });
  }
  return given;
}

/** @throws AwsError ResourceNotFoundException in the words that EKS has for this operation's cluster */
export function existingCluster(state: EksState, name: string | undefined): ClusterRecord {
  const given = required(name, 'cluster name');
  const cluster = state.clusters.find((each) => each.name === given);
  if (cluster === undefined) throw notFound(`No cluster found for name: ${given}.`, { clusterName: given });
  return cluster;
}

export interface Page<T> {
  readonly items: T[];
  readonly nextToken?: string;
}

/** EKS's paging: `maxResults` 1 to 100 and an opaque token. @throws AwsError InvalidParameterException */
export function page<T>(all: readonly T[], request: { maxResults?: number | undefined; nextToken?: string | undefined }): Page<T> {
  const size = request.maxResults ?? 100;
  if (size < 1 || size > 100) throw invalidParameter('maxResults must be between 1 and 100');
  const start = request.nextToken === undefined ? 0 : Number(Buffer.from(request.nextToken, 'base64url').toString('utf8'));
  if (!Number.isInteger(start) || start < 0 || start > all.length) throw invalidParameter('Invalid nextToken');
  const items = all.slice(start, start + size);
  const end = start + items.length;
  return end < all.length ? { items, nextToken: Buffer.from(String(end)).toString('base64url') } : { items };
}

/**
 * Whether this call was made before with the same token and the same arguments: then EKS answers what it made.
 * @throws AwsError InvalidParameterException when the arguments are others
 */
export function isRepeated(state: EksState, call: Call<{ clientRequestToken?: string | undefined }>): boolean {
  const { clientRequestToken: token, ...rest } = call.input;
  if (token === undefined) return false;
  const known = state.tokens[`${call.operation} ${token}`];
  if (known === undefined) return false;
  if (known !== digest(rest)) throw invalidParameter('The client request token was used with other parameters.');
  return true;
}

/** To be called when the call did what it was asked. */
export function rememberToken(state: EksState, call: Call<{ clientRequestToken?: string | undefined }>): void {
  const { clientRequestToken: token, ...rest } = call.input;
  if (token !== undefined) state.tokens[`${call.operation} ${token}`] = digest(rest);
}

/** @throws AwsError InvalidParameterException. Limits: EKS User Guide, "Tagging your resources". */
export function checkedTags(tags: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const all = Object.entries(tags ?? {});
  if (all.length > 50) throw invalidParameter('The number of tags exceeds the limit of 50.');
  for (const [key, value] of all) {
    if (key.length < 1 || key.length > 128 || value.length > 256) throw invalidParameter(`Tag key or value is too long: ${key}`);
    if (key.toLowerCase().startsWith('aws:')) throw invalidParameter(`Tag keys must not start with 'aws:': ${key}`);
  }
  return Object.fromEntries(all);
}

/** `eksArn(world, 'us-west-2', 'cluster/cauchy')` */
export function eksArn(world: World, region: string, resource: string): string {
  return `arn:${partitionOf(region)}:eks:${region}:${world.account}:${resource}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
