import type { AwsScope } from '../awsScope.ts';
import type { Tags } from '../tags.ts';
import { ownerOf } from '../tags.ts';
import type { Attributes, Json, Owner } from '../../core/graph/resource.ts';

/** What every EKS kind is built from. */
export interface EksScope extends AwsScope {
  /** The cluster's name: unique in account and region, and told by the spec before anything exists. */
  readonly clusterName: string;
}

/** Issues as clusters, add-ons and node groups list them. */
interface Issue {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** `code: message` of each, for a reason; empty without issues. */
export function issuesText(issues: readonly Issue[] | undefined): string {
  return (issues ?? []).map(({ code, message }) => message ?? code ?? 'an issue without words').join('; ');
}

/** EKS gives tags as a record that may be missing. */
export function owned(tags: Tags | undefined, scope: EksScope): Owner {
  return ownerOf(tags ?? {}, scope.identity.platform);
}

/** JSON text as AWS gives it back; what cannot be read is a string, and so differs from whatever is wanted. */
export function readJson(text: string | undefined): Json {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Tags as the AWS CLI takes them for EKS: `a=b,c=d`. */
export function tagArgument(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Without what AWS did not answer: an attribute that is not there is not compared. */
export function told(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
