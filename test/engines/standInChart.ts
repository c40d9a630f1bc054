import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Chart } from '../../src/rehearsal/helm/charts/chart.ts';
import type { JsonObject } from '../../src/rehearsal/kubernetes/json.ts';

export interface WrittenChart {
  readonly release: string;
  readonly namespace: string;
  /** What the stand-in is rendered with. Values that the product passes to Helm are counted by it and change nothing. */
  readonly values: JsonObject;
}

/** A chart of the rehearsal as one that a real Helm installs: what the stand-in renders, written down as it stands. */
export function writeStandInChart(folder: string, chart: Chart, { release, namespace, values }: WrittenChart): void {
  const rendered = chart.render({ release, namespace, values, isInstall: true, random: (length) => 'x'.repeat(length) });
  mkdirSync(path.join(folder, 'templates'), { recursive: true });
  mkdirSync(path.join(folder, 'crds'), { recursive: true });
  const write = (file: string, content: object): void => writeFileSync(path.join(folder, file), JSON.stringify(content));
  write('Chart.yaml', { apiVersion: 'v2', name: chart.name, version: chart.version, appVersion: chart.appVersion });
  for (const [index, object] of rendered.definitions.entries()) write(`crds/${index}.json`, object);
  for (const [index, object] of rendered.objects.entries()) write(`templates/${index}.yaml`, object);
  for (const [index, { events, object }] of rendered.hooks.entries()) {
    const hook = {
      'helm.sh/hook': events.join(),
      'helm.sh/hook-delete-policy': 'before-hook-creation',
      'helm.sh/hook-weight': String(index),
    };
    const annotations = { ...(object.metadata['annotations'] as object | undefined), ...hook };
    write(`templates/hook-${index}.yaml`, { ...object, metadata: { ...object.metadata, annotations } });
  }
}
