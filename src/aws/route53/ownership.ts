import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

/** What a platform has written of its records. */
export interface Ownership {
  /** The value of `slipway:platform`. */
  readonly platform: string;
  /** Where each record led when it was last written, by `TYPE label` (`A @`, `CNAME *`). */
  readonly targets: ReadonlyMap<string, string>;
}

/** Records cannot be tagged: a TXT record says whose they are, as external-dns does it. */
export const ownershipName = (domain: string): string => `_slipway.${domain}`;

const TTL = 300;
/** A string of a TXT record has at most 255 bytes; a value may have several, which are one text. */
const STRING = 255;

/** A value each: the platform, then `TYPE label target` of each record. */
export function ownershipSet(domain: string, { platform, targets }: Ownership): ResourceRecordSet {
  const lines = [`slipway platform=${platform}`, ...[...targets].map(([record, target]) => `${record} ${target}`)];
  return { Name: `${ownershipName(domain)}.`, Type: 'TXT', TTL, ResourceRecords: lines.map((line) => ({ Value: quoted(line) })) };
}

/** `undefined`: that record says nothing of Slipway. */
export function readOwnership(set: ResourceRecordSet): Ownership | undefined {
  if (set.Type !== 'TXT') return undefined;
  const lines = (set.ResourceRecords ?? []).map(({ Value = '' }) => unquoted(Value));
  const platform = lines.map((line) => /^slipway platform=(.+)$/.exec(line)?.[1]).find((each) => each !== undefined);
  if (platform === undefined) return undefined;
  const targets = lines.flatMap((line) => {
    const [, record, target] = /^([A-Z]+ \S+) (\S+)$/.exec(line) ?? [];
    return record === undefined || target === undefined ? [] : [[record, target] as const];
  });
  return { platform, targets: new Map(targets) };
}

function quoted(line: string): string {
  const strings = Array.from({ length: Math.max(1, Math.ceil(line.length / STRING)) }, (_, i) => line.slice(i * STRING, (i + 1) * STRING));
  return strings.map((each) => `"${each}"`).join(' ');
}

const unquoted = (value: string): string => [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text).join('');
