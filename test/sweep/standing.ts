import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openPlatformFile } from '../../src/runner/platformFile.ts';
import { record } from './sweeping.ts';
import type { Recording } from './sweeping.ts';
import { nothingYet } from './sweptWorld.ts';
import type { SweptPlatform } from './sweptWorld.ts';

const FILE = resolve(import.meta.dirname, 'platform/platform.yml');
const YAML = readFileSync(FILE, 'utf8');

/** Without its folders a platform ends with its AWS stages. */
export const AWS_PLATFORM: SweptPlatform = { yaml: YAML };

let made: Promise<Recording> | undefined;

/** The AWS stages brought up, once for all who begin there. */
export function awsHalf(): Promise<Recording> {
  return (made ??= record(AWS_PLATFORM, nothingYet(), { verb: 'apply' }));
}

/** The whole platform of `platform/`, without some of its stages. */
export async function clusterPlatform(...without: readonly string[]): Promise<SweptPlatform> {
  const off = without.map((stage) => `  ${stage}: { enabled: false }\n`).join('');
  const yaml = off === '' ? YAML : `${YAML}stages:\n${off}`;
  const { manifests, findings } = await openPlatformFile(FILE, yaml);
  assert.ok(manifests !== undefined, findings.map(({ message }) => message).join('\n'));
  return { yaml, manifests };
}
