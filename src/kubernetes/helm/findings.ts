import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding, Severity } from '../../core/findings/finding.ts';
import { Refused } from '../../core/graph/errors.ts';
import type { ResourceId } from '../../core/graph/resource.ts';
import type { ChartReference } from './chart.ts';
import type { Helm } from './helm.ts';

/**
 * Without Helm nothing can be installed or taken away, and that is said before the first write; what is installed and stays only cannot be
 * changed.
 */
export async function missingHelm(
  helm: Helm,
  resource: ResourceId,
  signal: AbortSignal,
  needed: () => Promise<Severity>,
): Promise<readonly Finding[]> {
  try {
    await helm.major(signal);
    return [];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [{ code: 'helm-missing', severity: await needed(), resource, message: `${error.message}. ${error.next ?? ''}`.trim() }];
  }
}

/** Helm installs what is in `crds/` once and never upgrades it (helm.sh/docs, "Custom Resource Definitions"): whoever upgrades a chart has to know. */
export async function keptDefinitions(
  { release, chart }: { readonly release: string; readonly chart: ChartReference },
  resource: ResourceId,
): Promise<readonly Finding[]> {
  if (chart.kind !== 'folder' || !(await isFolder(join(chart.folder, 'crds')))) return [];
  return [
    {
      code: 'helm-crds',
      severity: 'information',
      resource,
      message: `Helm installs crds/ of ${release} once and never upgrades them: if they have changed, apply them from the chart.`,
    },
  ];
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
