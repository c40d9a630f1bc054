import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { isObject, textIn } from '../../kubernetes/json.ts';
import type { Json } from '../../kubernetes/json.ts';
import { HelmError } from '../arguments.ts';
import { CERT_MANAGER_CHART } from './certManager.ts';
import type { Chart } from './chart.ts';
import { INGRESS_NGINX_CHART } from './ingressNginx.ts';
import { SENTRY_CHART } from './sentry.ts';
import { SPARK_OPERATOR_CHART } from './sparkOperator.ts';

const CHARTS: readonly Chart[] = [INGRESS_NGINX_CHART, CERT_MANAGER_CHART, SPARK_OPERATOR_CHART, SENTRY_CHART];

/**
 * The stand-in of a chart, told by its name: the last part of an `oci://` or `https://` reference, or what the `Chart.yaml` of a folder says.
 * @param version that was asked for: the release then says so
 * @throws HelmError for a chart that no stand-in knows
 */
export function chartFor(reference: string, version: string | undefined): Chart {
  const { name, version: written } = reference.includes('://') ? { name: remoteName(reference), version: undefined } : named(reference);
  const chart = CHARTS.find((each) => each.name === name);
  if (chart === undefined) {
    const known = CHARTS.map((each) => each.name).join(', ');
    throw new HelmError(
      `failed to download "${reference}": the rehearsal's Helm renders no charts but its own (${known}); a real helm works against it too`,
    );
  }
  return { ...chart, version: version ?? written ?? chart.version };
}

/** `oci://quay.io/jetstack/charts/cert-manager` → `cert-manager`; `…/sentry-25.20.0.tgz` → `sentry`. */
function remoteName(reference: string): string {
  return basename(reference)
    .replace(/:[^/]*$/, '')
    .replace(/-v?\d[\w.+-]*\.tgz$/, '');
}

/** A name in a repository, or a folder. */
function named(reference: string): { readonly name: string; readonly version: string | undefined } {
  if (!reference.includes('/') && !reference.startsWith('.')) return { name: reference, version: undefined };
  let text: string;
  try {
    text = readFileSync(join(reference, 'Chart.yaml'), 'utf8');
  } catch {
    throw new HelmError('Chart.yaml file is missing');
  }
  const chart = parse(text) as Json;
  if (!isObject(chart)) throw new HelmError('cannot load Chart.yaml: it is no map');
  return { name: textIn(chart, 'name') ?? '', version: textIn(chart, 'version') };
}
