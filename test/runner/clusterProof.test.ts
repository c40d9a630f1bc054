import assert from 'node:assert/strict';
import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { ADOPT_CLUSTER, proveCluster } from '../../src/runner/clusterProof.ts';
import { RunnerError } from '../../src/runner/runnerError.ts';

const CLAIM = { platform: 'cauchy', account: '123456789012', region: 'us-west-2' };

/** A cluster with at most one ConfigMap in it. */
function cluster(data?: Readonly<Record<string, string>>) {
  const kept = { data };
  const client: Pick<KubernetesClient, 'get' | 'apply'> = {
    get: <T>() =>
      Promise.resolve((kept.data === undefined ? undefined : { metadata: { name: 'slipway' }, data: kept.data }) as T | undefined),
    apply: (_path, manifest) => {
      kept.data = manifest['data'] as Readonly<Record<string, string>>;
      return Promise.resolve({ metadata: { name: 'slipway' } });
    },
  };
  return { kept, client };
}

const prove = (client: Pick<KubernetesClient, 'get' | 'apply'>, ...allow: readonly string[]): Promise<void> =>
  proveCluster(client, CLAIM, allow, () => Promise.resolve(false), new AbortController().signal);

const endsWith =
  (exit: number) =>
  (error: unknown): boolean =>
    error instanceof RunnerError && error.fields.exit === exit && error.fields.expected !== undefined && error.fields.actual !== undefined;

describe('a cluster that --kubeconfig names', () => {
  it('is let through when it says that it is this platform’s', () => prove(cluster(CLAIM).client));

  it('is refused when it says another platform, account or region, whatever is allowed', async () => {
    for (const other of [{ platform: 'other' }, { account: '999999999999' }, { region: 'eu-west-1' }]) {
      const { client, kept } = cluster({ ...CLAIM, ...other });
      await assert.rejects(prove(client, ADOPT_CLUSTER), endsWith(3));
      assert.deepEqual(kept.data, { ...CLAIM, ...other });
    }
  });

  it('is refused when it says nothing, and adopted once with a consent of its own', async () => {
    const { client, kept } = cluster();
    await assert.rejects(prove(client), endsWith(2));
    assert.equal(kept.data, undefined);
    await prove(client, ADOPT_CLUSTER);
    assert.deepEqual(kept.data, CLAIM);
    await prove(client);
  });

  it('is adopted when the person says so, who is not asked once it says whose it is', async () => {
    const { client, kept } = cluster();
    let asked = 0;
    const ask = (): Promise<boolean> => Promise.resolve(++asked === 1);
    const { signal } = new AbortController();
    await proveCluster(client, CLAIM, [], ask, signal);
    assert.deepEqual(kept.data, CLAIM);
    await proveCluster(client, CLAIM, [], ask, signal);
    assert.equal(asked, 1);
  });
});
