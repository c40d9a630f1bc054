import { AwsError } from '../service.ts';

/** What IAM refuses before it looks at the account. Patterns and limits: IAM API Reference, "CreateRole". */

const NAME = /^[\w+=,.@-]+$/;
const PATH = /^(\/|\/[\x21-\x7e]+\/)$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws AwsError ValidationError for a missing member. */
export function required<T>(value: T | undefined, member: string): T {
  if (value === undefined) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}

/** @throws AwsError ValidationError */
export function requiredName(value: string | undefined, member: 'roleName' | 'policyName'): string {
  const name = required(value, member);
  const longest = member === 'roleName' ? 64 : 128;
  if (name.length > longest) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${longest}`,
    );
  }
  if (!NAME.test(name)) {
    throw new AwsError(
      'ValidationError',
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  return name;
}

/** @throws AwsError ValidationError */
export function checkedPath(path: string | undefined): string {
  if (path === undefined) return '/';
  if (path.length > 512 || !PATH.test(path)) {
    throw new AwsError(
      'ValidationError',
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    );
  }
  return path;
}

/** Documents are kept as they were sent. @throws AwsError MalformedPolicyDocument, LimitExceeded */
export function checkedPolicy(text: string, quota: { readonly name: string; readonly bytes: number }): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
  if (typeof document !== 'object' || document === null || !('Statement' in document)) {
    throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.');
  }
  if (text.replaceAll(/\s/g, '').length > quota.bytes)
    throw new AwsError('LimitExceeded', `Cannot exceed quota for ${quota.name}: ${quota.bytes}`, 409);
  return text;
}

/** A trust policy has to name an action of STS and a principal. @throws AwsError MalformedPolicyDocument, LimitExceeded */
export function checkedTrust(text: string): string {
  checkedPolicy(text, { name: 'ACLSizePerRole', bytes: 2048 });
  const statements = trustStatements(text);
  if (statements.some((statement) => statement.actions.some((action) => !action.startsWith('sts:')))) {
    throw new AwsError('MalformedPolicyDocument', 'AssumeRole policy may only specify STS AssumeRole actions.');
  }
  if (statements.some((statement) => Object.keys(statement.principals).length === 0)) {
    throw new AwsError('MalformedPolicyDocument', 'Missing required field Principal');
  }
  return text;
}

/** @throws AwsError InvalidInput for keys and values that IAM refuses */
export function checkedTags(tags: readonly { Key: string | undefined; Value: string | undefined }[] | undefined): Record<string, string> {
  const read: Record<string, string> = {};
  for (const tag of tags ?? []) {
    const key = required(tag.Key, 'tags.1.member.key');
    const value = required(tag.Value, 'tags.1.member.value');
    if (key.length < 1 || key.length > 128 || value.length > 256 || !TAG_TEXT.test(key) || !TAG_TEXT.test(value)) {
      throw new AwsError(
        'ValidationError',
        `1 validation error detected: Value '${key}' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+`,
      );
    }
    if (key.toLowerCase().startsWith('aws:')) throw new AwsError('InvalidInput', 'Tag keys starting with aws: are reserved for system use');
    if (Object.keys(read).some((other) => other.toLowerCase() === key.toLowerCase())) {
      throw new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    }
    read[key] = value;
  }
  if (Object.keys(read).length > 50) throw new AwsError('LimitExceeded', 'Cannot exceed quota for TagsPerRole: 50', 409);
  return read;
}

export interface TrustStatement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  /** `Service` → `['eks.amazonaws.com']`, `Federated` → ARNs, `AWS` → ARNs. */
  readonly principals: Readonly<Record<string, readonly string[]>>;
  /** `Condition.StringEquals`: key → allowed values. */
  readonly equals: Readonly<Record<string, readonly string[]>>;
}

/** The statements of a trust policy, every list made a list. */
export function trustStatements(text: string): TrustStatement[] {
  const document = JSON.parse(text) as { Statement: unknown };
  return list(document.Statement)
    .filter(isRecord)
    .map((statement) => ({
      allows: statement['Effect'] === 'Allow',
      actions: texts(statement['Action']),
      principals: textsByKey(statement['Principal']),
      equals: textsByKey(isRecord(statement['Condition']) ? statement['Condition']['StringEquals'] : undefined),
    }));
}

function textsByKey(value: unknown): Record<string, string[]> {
  return Object.fromEntries(Object.entries(isRecord(value) ? value : {}).map(([key, each]) => [key, texts(each)]));
}

function texts(value: unknown): string[] {
  return list(value).filter((each) => typeof each === 'string');
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
