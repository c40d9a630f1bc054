import type { KubernetesClient } from '../client.ts';
import { at, textAt } from '../readiness/fields.ts';
import { withValue, type Values } from './values.ts';

/** A value that is kept in a Secret of the cluster: read when it is needed, held in memory, sent on standard input. */
export interface SecretValue {
  /** Where the chart wants it: `['filestore', 's3', 'secretKey']`. */
  readonly path: readonly string[];
  readonly secret: { readonly namespace: string; readonly name: string; readonly key: string };
}

export interface WholeValues {
  readonly values: Values;
  /** The texts of the secret ones. */
  readonly secrets: readonly string[];
  /** `namespace/name` and key of what is not there yet. */
  readonly missing: readonly string[];
}

/** The chart's values with the secret ones in them. @throws Unseen */
export async function valuesOf(
  client: KubernetesClient,
  values: Values,
  secrets: readonly SecretValue[],
  signal: AbortSignal,
): Promise<WholeValues> {
  const read = await Promise.all(
    secrets.map(async ({ path, secret: { namespace, name, key } }) => {
      const found = await client.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`, signal);
      const data = textAt(found, 'data', key);
      return {
        path,
        what: `${key} of Secret ${namespace}/${name}`,
        text: data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8'),
      };
    }),
  );
  return {
    values: read.reduce((whole, { path, text }) => (text === undefined ? whole : withValue(whole, path, text)), values),
    secrets: read.flatMap(({ text }) => (text === undefined ? [] : [text])),
    missing: read.flatMap(({ what, text }) => (text === undefined ? [what] : [])),
  };
}

export const pathsOf = (secrets: readonly SecretValue[]): ReadonlySet<string> => new Set(secrets.map(({ path }) => path.join('.')));

/** What of the values that a release was made with is a secret: cut out of whatever is told of it. */
export function secretTexts(values: Values, paths: ReadonlySet<string>): readonly string[] {
  return [...paths].flatMap((path) => {
    const text = at(values, ...path.split('.'));
    return typeof text === 'string' ? [text] : [];
  });
}
