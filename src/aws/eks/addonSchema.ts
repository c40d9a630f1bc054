import { DescribeAddonConfigurationCommand } from '@aws-sdk/client-eks';
import type { Json, Look } from '../../core/graph/resource.ts';
import { read } from '../errors.ts';
import { readJson } from './eksScope.ts';
import type { EksScope } from './eksScope.ts';

/** `$ref` may lead to another `$ref`: no schema of EKS needs more. */
const LONGEST_CHAIN = 16;

/** The JSON schema of an add-on version's `configurationValues` (`eks:DescribeAddonConfiguration`), read once for all who ask. */
export function describeAddonSchema({ aws }: EksScope, look: Look, addonName: string, addonVersion: string): Promise<Json> {
  return look.share(`eks:addon schema ${addonName} ${addonVersion}`, async () => {
    const answer = await read(aws, look, (o) => aws.eks.send(new DescribeAddonConfigurationCommand({ addonName, addonVersion }), o));
    return readJson(answer?.configurationSchema);
  });
}

/** Whether a value may stand at `path` as far as the schema says: each key is named, or keys that are not named are let in. An empty schema lets nothing in. */
export function schemaAllows(schema: Json, path: readonly string[]): boolean {
  let at: Json | undefined = schema;
  for (const key of path) {
    const object = resolved(schema, at);
    if (object === undefined || Object.keys(object).length === 0) return false;
    const properties = isRecord(object['properties']) ? object['properties'] : {};
    if (!(key in properties)) return object['additionalProperties'] !== false;
    at = properties[key];
  }
  return true;
}

/** Follows `#/…` within the document. */
function resolved(schema: Json, at: Json | undefined): { readonly [key: string]: Json } | undefined {
  let here = at;
  for (let hops = 0; hops < LONGEST_CHAIN; hops++) {
    if (!isRecord(here)) return undefined;
    const reference = here['$ref'];
    if (typeof reference !== 'string') return here;
    if (!reference.startsWith('#/')) return undefined;
    here = reference
      .slice(2)
      .split('/')
      .reduce<Json | undefined>((node, name) => (isRecord(node) ? node[name] : undefined), schema);
  }
  return undefined;
}

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
