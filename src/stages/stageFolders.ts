import { posix } from 'node:path';
import { runbookStages } from '../core/platform/runbookStages.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import { kubernetesTable, type KubernetesStage } from './kubernetesTable.ts';

/** Where the manifests of a stage are. */
export interface StageFolder {
  readonly stage: string;
  /** Relative to the folder of platform.yml, with `/`. */
  readonly path: string;
  readonly namespace?: string;
  /** The key of platform.yml that names it: then it has to be there. */
  readonly key?: readonly string[];
}

/** A stage of one's own, as its row of the table would be. */
function ownStage(id: string, spec: PlatformSpec): KubernetesStage {
  const { title = id, namespace = id } = spec.stages[id] ?? {};
  return { id, title, icon: 'circuit-board', folders: [], namespace, summary: 'A stage of your own, from platform.yml.', warnings: [] };
}

/** The stages above the AWS ones that this file has: the runbook's in its order, then those of one's own in the file's. */
export function stagesInCluster(spec: PlatformSpec): readonly KubernetesStage[] {
  const own = Object.keys(spec.stages).filter((id) => !Object.hasOwn(runbookStages, id));
  const titled = kubernetesTable.map((row) => {
    const { title = row.title, namespace = row.namespace } = spec.stages[row.id] ?? {};
    return { ...row, title, ...(namespace === undefined ? {} : { namespace }) };
  });
  return [...titled, ...own.map((id) => ownStage(id, spec))].filter(({ id }) => spec.stages[id]?.enabled !== false);
}

/** What a stage requires, as written or as the runbook has it. */
export function requiresOf(spec: PlatformSpec, id: string): readonly string[] {
  return spec.stages[id]?.requires ?? runbookStages[id] ?? ['compute'];
}

/** The folders to read, in the order of the stages. Without `manifests` in the file there are none. */
export function stageFolders(spec: PlatformSpec): readonly StageFolder[] {
  const home = spec.manifests;
  if (home === undefined) return [];
  return stagesInCluster(spec).flatMap(({ id, folders, namespace }): readonly StageFolder[] => {
    const place = namespace === undefined ? { stage: id } : { stage: id, namespace };
    const written = spec.stages[id]?.manifests;
    if (written !== undefined) return [{ ...place, path: posix.join(home, written), key: ['stages', id, 'manifests'] }];
    return folders.map((folder) => ({ ...place, path: posix.join(home, folder) }));
  });
}
