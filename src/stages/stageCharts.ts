import { posix } from 'node:path';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import { runbookCharts } from './charts.ts';
import { stagesInCluster } from './stageFolders.ts';

/** The chart of a stage as the file and the runbook name it; paths are relative to the folder of platform.yml, with `/`. */
export interface NamedChart {
  readonly stage: string;
  readonly release: string;
  readonly namespace: string;
  /** Tried in order: a folder that holds a `Chart.yaml`, then what is fetched. */
  readonly folder?: string;
  readonly remote?: { readonly chart: string; readonly repository?: string; readonly version?: string };
  readonly values: readonly { readonly path: string; readonly key?: readonly (string | number)[] }[];
  /** The runbook's, and platform.yml says nothing of its stage: it is there where its folder holds anything. */
  readonly ifThere?: true;
  /** The key of platform.yml that names the chart. */
  readonly key?: readonly string[];
}

const isAddress = (chart: string): boolean => /^(oci|https):\/\//.test(chart);

/** Charts of the stages that are switched on: those that the file names, else the runbook's where its manifests are. */
export function stageCharts(spec: PlatformSpec): readonly NamedChart[] {
  const home = spec.manifests;
  if (home === undefined) return [];
  const inHome = (path: string): string => posix.join(home, path);
  return stagesInCluster(spec).flatMap(({ id, namespace }): readonly NamedChart[] => {
    const { chart, values } = spec.stages[id] ?? {};
    const runbooks = runbookCharts.find(({ stage }) => stage === id);
    const place = {
      stage: id,
      release: runbooks?.release ?? id,
      namespace: spec.stages[id]?.namespace ?? runbooks?.namespace ?? namespace ?? id,
    };
    const files = values?.map((path, index) => ({ path: inHome(path), key: ['stages', id, 'values', index] }));
    if (chart !== undefined) {
      const where = isAddress(chart) ? { remote: { chart } } : { folder: inHome(chart) };
      return [{ ...place, ...where, values: files ?? [], key: ['stages', id, 'chart'] }];
    }
    if (runbooks === undefined) return [];
    const { repository, version, vendored } = runbooks;
    const remote = { chart: runbooks.chart, version, ...(repository === undefined ? {} : { repository }) };
    return [
      {
        ...place,
        folder: inHome(vendored),
        remote,
        values: files ?? runbooks.values.map((path) => ({ path: inHome(path) })),
        ...(spec.stages[id] === undefined ? { ifThere: true as const } : {}),
      },
    ];
  });
}
