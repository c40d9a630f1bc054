import { AwsError } from '../service.ts';

export interface IamPage<T> {
  readonly items: T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/** IAM's paging: `MaxItems` (100 unless said, at most 1000) and an opaque `Marker`. Items are in the order of their names. */
export function iamPage<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  request: { MaxItems?: number | undefined; Marker?: string | undefined },
): IamPage<T> {
  const size = request.MaxItems ?? 100;
  if (size < 1 || size > 1000) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${size}' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000`,
    );
  }
  const after = request.Marker === undefined ? '' : Buffer.from(request.Marker, 'base64url').toString('utf8');
  const sorted = [...all].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  if (request.Marker !== undefined && !sorted.some((item) => nameOf(item) <= after))
    throw new AwsError('ValidationError', 'Invalid Marker.');
  const rest = sorted.filter((item) => nameOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  if (rest.length <= size || last === undefined) return { items, IsTruncated: false };
  return { items, IsTruncated: true, Marker: Buffer.from(nameOf(last)).toString('base64url') };
}
