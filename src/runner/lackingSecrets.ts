import { Engine } from '../core/engine/engine.ts';
import type { Observation } from '../core/graph/resource.ts';
import { arrange } from '../stages/arrangement.ts';
import type { PlatformManifests } from '../stages/kubernetesContext.ts';
import type { Connection } from './connection.ts';
import type { LackingSecret } from './credentialNeeds.ts';
import type { Reach } from './protocol.ts';
import { quietPorts } from './run.ts';

export interface SecretsLook {
  readonly connection: Connection;
  readonly manifests: PlatformManifests;
  readonly reach: Reach;
  readonly signal: AbortSignal;
}

/** The Secrets that nothing defines and that are not, or not wholly, in the cluster; all of them while there is no cluster. Looks at their names and keys alone. */
export async function lackingSecrets({ connection, manifests, reach, signal }: SecretsLook): Promise<readonly LackingSecret[]> {
  const { graph, spec } = connection;
  const { secrets } = arrange(spec, manifests.set, manifests.charts);
  const engine = new Engine(quietPorts(connection, reach, signal));
  const seen = await engine.observe(graph, { signal, depth: 'status', only: new Set(secrets.map(({ id }) => id)) });
  return secrets.flatMap(({ id, key: { namespace, name }, keys, needs }): readonly LackingSecret[] => {
    const observed = seen.get(id);
    const lacks = keysLacking(observed, keys);
    const isThere = observed !== undefined && 'physicalId' in observed;
    const neededBy = [...new Set(needs.map(({ from: { key } }) => `${key.kind} ${key.namespace}/${key.name}`))];
    return lacks.length === 0 && (keys.length > 0 || isThere) ? [] : [{ namespace, name, keys: lacks, neededBy }];
  });
}

function keysLacking(seen: Observation<unknown> | undefined, keys: readonly string[]): readonly string[] {
  if (seen?.state === 'ready') return [];
  const missing = seen !== undefined && 'attributes' in seen ? seen.attributes['missing'] : undefined;
  return Array.isArray(missing) ? keys.filter((key) => missing.includes(key)) : keys;
}
