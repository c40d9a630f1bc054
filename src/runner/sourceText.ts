import path from 'node:path';
import type { ResourceStatus } from '../core/status/platformStatus.ts';

/** `kafka/broker.yml:12`, relative to the platform's folder: where an object is written. */
export function sourceText({ source }: ResourceStatus, platformFile: string): string | undefined {
  if (source === undefined) return undefined;
  const file = path.relative(path.dirname(platformFile), source.file).replaceAll(path.sep, '/');
  return `${file}:${source.start.line}`;
}
