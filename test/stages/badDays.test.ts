import assert from 'node:assert/strict';
import { rehearsePlatform } from './rehearsedPlatform.ts';
import type { RehearsedPlatform } from './rehearsedPlatform.ts';

const YAML = 'name: cauchy\nregion: us-west-2\n';

describe('bad days, rehearsed', function () {
  this.timeout(120_000);
  let platform: RehearsedPlatform | undefined;
  const rehearsed = async (...faults: string[]): Promise<RehearsedPlatform> => (platform = await rehearsePlatform({ yaml: YAML, faults }));
  afterEach(async () => {
    await platform?.close();
    platform = undefined;
  });

  it('no Spot capacity: the group lives, usable and degraded, the reason is told at the group, and add-ons name it as their cause', async () => {
    const { apply, observe, events } = await rehearsed('no-spot-capacity');
    const { outcome, failed } = await apply();
    assert.equal(outcome, 'failed');
    assert.ok(failed.includes('nodegroup') && !failed.some((id) => id.startsWith('addon/')), failed.join(', '));
    const reason = events.flatMap((e) => (e.event === 'resource.failed' && e.resource === 'nodegroup' ? [e.reason] : [])).join();
    assert.equal(reason, 'no spot capacity for t3.small');
    const group = (await observe('plan')).get('nodegroup');
    assert.equal(group?.state, 'degraded');
  });

  it('a cluster that failed is told with EKS’s words, made again by the next run without a consent, and then all is there', async () => {
    const { apply, plan } = await rehearsed('cluster-failed');
    const { failed } = await apply();
    assert.deepEqual(failed, ['cluster']);
    const { changes } = await plan('apply');
    const change = changes.find(({ resource }) => resource === 'cluster');
    assert.deepEqual([change?.change.action, change?.consent], ['recreate', undefined]);
    assert.equal((await apply()).outcome, 'succeeded');
  });
});
