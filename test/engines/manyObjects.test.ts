import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Outcome, RunEvent } from '../../src/core/engine/events.ts';
import { kubernetesProvider } from '../../src/kubernetes/provider.ts';
import { reachCluster } from '../../src/kubernetes/reach.ts';
import { graphOf, setOf, type FileOf } from '../kubernetes/objects/objectGraph.ts';
import { startClusterNetwork, type ClusterNetwork } from './clusterNetwork.ts';
import { startControlPlane, type ControlPlane } from './controlPlane.ts';
import { engineOf, shortSleeps } from './engineOf.ts';
import { ASKED, hookSpaceOf, inAnyOrder, manyObjects, startNode } from './manyObjects.ts';

describe('1,000 objects that need each other on the real kube-apiserver', () => {
  let plane: ControlPlane;
  let network: ClusterNetwork;
  const platforms = ['many', 'turned'].map((prefix) => ({ prefix }));

  before(async () => {
    network = await startClusterNetwork(platforms.map(hookSpaceOf));
    plane = await startControlPlane({ network });
    await startNode(plane);
  });
  after(() => {
    plane.stop();
    network.close();
  });

  /** By a new process, as far as the product can tell. */
  async function apply(files: readonly FileOf[], label: string): Promise<Outcome> {
    const address = {
      name: label,
      endpoint: plane.server,
      certificateAuthority: Buffer.from(plane.certificateAuthority).toString('base64'),
    };
    const reach = reachCluster({ transport: { now: () => Date.now() }, token: async () => plane.token });
    const events: RunEvent[] = [];
    const engine = engineOf(events, shortSleeps(15_000), [kubernetesProvider({ reach, label })]);
    const set = setOf(files);
    assert.deepEqual(
      set.findings.filter(({ severity }) => severity === 'error'),
      [],
    );
    const outcome = await engine.apply(graphOf(set, address, reach, label), { signal: new AbortController().signal, consent: new Set() });
    const failures = events.flatMap((event) => (event.event === 'resource.failed' ? [`${event.resource}: ${event.reason}`] : []));
    assert.equal(outcome.outcome, 'succeeded', failures.join('\n'));
    return outcome;
  }

  /** `Kind/namespace/name version` of all that carries the platform's label. */
  function versionsOf(label: string): readonly string[] {
    const kinds = [
      'namespaces,customresourcedefinitions,configmaps,serviceaccounts,roles,rolebindings,services,deployments',
      'validatingwebhookconfigurations',
      ...Array.from({ length: 10 }, (_, at) => `widget${at}s.${label}.example.invalid`),
    ].join();
    const line = '{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
    const args = ['--kubeconfig', plane.kubeconfig, 'get', kinds, '-A', '-l', `slipway.dev/platform=${label}`, '-o', `jsonpath=${line}`];
    return execFileSync('kubectl', args, { encoding: 'utf8', maxBuffer: 64e6 }).trim().split('\n').sort();
  }

  for (const [index, { prefix }] of platforms.entries()) {
    it(`are applied in one go from files in any order (${index + 1}), and a second run from others writes nothing`, async () => {
      const objects = manyObjects({ prefix, certificateAuthority: network.certificateAuthority });
      assert.equal(objects.length, 1_000);
      const { changed } = await apply(inAnyOrder(objects, prefix, index), prefix);
      assert.equal(changed.filter((id) => !id.startsWith('ApplySet/')).length, 1_000);
      assert.equal(network.asked.get(`/${prefix}`), ASKED, 'the webhook was asked about each that it selects');
      const before = versionsOf(prefix);
      assert.equal(before.length, 1_001, 'with the inventory');
      assert.deepEqual((await apply(inAnyOrder(objects, prefix, index + 10), prefix)).changed, []);
      assert.deepEqual(versionsOf(prefix), before);
    });
  }
});
