import type { AwsScope } from '../awsScope.ts';
import type { Tags } from '../tags.ts';
import { ownerOf } from '../tags.ts';
import type { Cause } from '../../core/graph/cause.ts';
import { wordsFor, type SentenceCode } from '../../core/status/sentences.ts';
import type { Attributes, Json, Owner } from '../../core/graph/resource.ts';

/** What every EKS kind is built from. */
export interface EksScope extends AwsScope {
  /** The cluster's name: unique in account and region, and told by the spec before anything exists. */
  readonly clusterName: string;
}

/** Issues as clusters, add-ons and node groups list them. */
export interface Issue {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** `code: message` of each, for a reason; empty without issues. */
export function issuesText(issues: readonly Issue[] | undefined): string {
  return (issues ?? []).map(({ code, message }) => message ?? code ?? 'an issue without words').join('; ');
}

/** What EKS says is wrong, for people: the catalogue's words for `code`, and EKS's own as the cause. */
export function unwell(
  issues: readonly Issue[] | undefined,
  code: SentenceCode,
  detail?: string,
): { readonly reason: string; readonly cause: Cause } {
  const message = (issues ?? []).map((issue) => [issue.code, issue.message].filter(Boolean).join(': ')).join('; ');
  return { reason: wordsFor(code, detail)?.reason ?? issuesText(issues), cause: { code, message } };
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

/** Whether something stands at `path`. */
export function hasValueAt(value: Json, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const below = Object.entries(value).find(([name]) => name === key);
  return below !== undefined && hasValueAt(below[1], rest);
}

/** Tags as the AWS CLI takes them for EKS: `a=b,c=d`, or JSON where a value would not survive that. */
export function tagArgument(tags: Tags): string {
  const entries = Object.entries(tags);
  return entries.every((words) => words.every((word) => !/[,="'[\]{}]/.test(word)))
    ? entries.map(([key, value]) => `${key}=${value}`).join(',')
    : JSON.stringify(tags);
}

/** Without what AWS did not answer: an attribute that is not there is not compared. */
export function told(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
