import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord, readJson, replacePrivately } from './privateFile.ts';
import type { Interrupted } from './protocol.ts';

/** Which run of a platform file has begun and not ended: asked about on reopening, never truth about the world. */
export interface LastRun {
  read(): Promise<Interrupted | undefined>;
  begin(run: Interrupted): Promise<void>;
  end(): Promise<void>;
}

/** `world`: of a rehearsal that the environment led to. What began there is nothing that a later session goes on with in a real account. */
export function lastRunOf(stateFolder: string, file: string, mode: 'live' | 'rehearsal', world?: string): LastRun {
  const name = createHash('sha256')
    .update(JSON.stringify(world === undefined ? [file, mode] : [file, mode, world]))
    .digest('hex')
    .slice(0, 24);
  const path = join(stateFolder, 'runs', `${name}.json`);
  return {
    read: () => readJson(path, readInterrupted),
    begin: (run) => replacePrivately(path, `${JSON.stringify(run)}\n`),
    end: () => rm(path, { force: true }),
  };
}

function readInterrupted(value: unknown): Interrupted | undefined {
  if (!isRecord(value)) return undefined;
  const { run, verb, stages, at } = value;
  if (typeof run !== 'string' || (verb !== 'apply' && verb !== 'destroy') || !Array.isArray(stages) || typeof at !== 'string')
    return undefined;
  return { run, verb, stages: stages.filter((stage) => typeof stage === 'string'), at };
}
