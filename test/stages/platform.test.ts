import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Observation, ResourceId } from '../../src/core/graph/resource.ts';
import type { PolicyDocument } from '../cli/policyDocument.ts';
import { rehearsePlatform } from './rehearsedPlatform.ts';
import type { Logged, RehearsedPlatform } from './rehearsedPlatform.ts';

const YAML = 'name: cauchy\nregion: us-west-2\n';
const ADMIN = 'arn:aws:iam::000000000000:role/platform/second-operator';

/** What a person would have to look at: everything that is not ready, but for what is only there to be deleted. */
function unready(seen: ReadonlyMap<ResourceId, Observation<unknown>>): readonly string[] {
  return [...seen].flatMap(([id, { state }]) => (state === 'ready' || id.startsWith('left/') ? [] : [`${id} ${state}`]));
}

/** Both generations of load balancers have one prefix in IAM. */
const actionOf = (service: string, operation: string): string => `${service.replace(/v2$/, '')}:${operation}`;

const writes = (requests: readonly Logged[]): readonly string[] =>
  requests.filter(({ mutating }) => mutating).map(({ operation }) => operation);

describe('a whole platform, rehearsed', function () {
  this.timeout(180_000);
  let platform: RehearsedPlatform;
  let made: readonly Logged[];

  before(async () => {
    platform = await rehearsePlatform({ yaml: YAML });
    made = await platform.requests(async () => {
      const { outcome, failed, skipped } = await platform.apply();
      assert.deepEqual({ outcome, failed, skipped }, { outcome: 'succeeded', failed: [], skipped: [] });
    });
  });
  after(() => platform.close());

  it('is ready in all its parts', async () => {
    assert.deepEqual(unready(await platform.observe('plan')), []);
  });

  it('was claimed first, and got its storage driver before its nodes', () => {
    const order = writes(made);
    assert.equal(order[0], 'CreateRole');
    assert.ok(order.indexOf('CreateRole') < order.indexOf('CreateVpc'));
    assert.ok(order.indexOf('CreateOpenIDConnectProvider') < order.lastIndexOf('CreateAddon'));
    assert.ok(order.lastIndexOf('CreateAddon') < order.indexOf('CreateNodegroup'));
    assert.equal(order.filter((operation) => operation === 'UpdateNodegroupConfig').length, 1, 'grown once');
    assert.equal(order.filter((operation) => operation === 'CreateVpc').length, 1);
  });

  it('is left alone by a second run', async () => {
    const again = await platform.requests(() => platform.apply());
    assert.deepEqual(writes(again), []);
  });

  it('is looked at with twenty requests of AWS and four of Kubernetes', async () => {
    const requests = await platform.requests(() => platform.observe('status'));
    const kubernetes = requests.filter(({ service }) => service === 'kubernetes').length;
    assert.ok(requests.length - kubernetes <= 20, requests.map(({ service, operation }) => `${service} ${operation}`).join(', '));
    assert.ok(kubernetes <= 4);
  });

  it('has an entry in the kubeconfig, with the endpoint and authority that EKS reports', async () => {
    const [[arn, entry] = ['', undefined]] = [...platform.kubeconfig];
    assert.match(arn, /^arn:aws:eks:us-west-2:\d{12}:cluster\/cauchy$/);
    assert.match(entry?.server ?? '', /^https:\/\//);
    assert.ok((entry?.certificateAuthority ?? '').length > 100);
  });

  const edits: readonly { readonly name: string; readonly yaml: string; readonly expected: readonly string[] }[] = [
    { name: 'its size', yaml: 'compute: { min: 10, desired: 11, max: 15 }\n', expected: ['UpdateNodegroupConfig'] },
    { name: 'only the bounds of its size', yaml: 'compute: { min: 11, desired: 11, max: 18 }\n', expected: ['UpdateNodegroupConfig'] },
    {
      name: 'where its endpoint is',
      yaml: 'cluster: { endpoint: { public: true, private: false } }\n',
      expected: ['UpdateClusterConfig'],
    },
    {
      name: 'where its endpoint is and who may reach it, both at once',
      yaml: 'cluster: { endpoint: { private: true, publicCidrs: [127.0.0.0/8] } }\n',
      expected: ['UpdateClusterConfig'],
    },
    {
      name: 'who may reach its endpoint',
      yaml: 'cluster: { endpoint: { publicCidrs: [203.0.113.0/24, 127.0.0.0/8] } }\n',
      expected: ['UpdateClusterConfig'],
    },
    { name: 'another admin', yaml: `cluster: { admins: ["${ADMIN}"] }\n`, expected: ['CreateAccessEntry', 'AssociateAccessPolicy'] },
    {
      name: 'the version of an add-on',
      yaml: 'cluster: { addons: { vpc-cni: { version: v1.20.5-eksbuild.1 } } }\n',
      expected: ['UpdateAddon'],
    },
    {
      name: 'the configuration of an add-on',
      yaml: 'cluster: { addons: { coredns: { configuration: { replicaCount: 2 } } } }\n',
      expected: ['UpdateAddon'],
    },
  ];
  for (const { name, yaml, expected } of edits) {
    it(`changes in place: ${name}; and a run after that writes nothing`, async () => {
      const edited = platform.edited(YAML + yaml);
      const requests = await edited.requests(async () => {
        const { outcome, failed } = await edited.apply({ consent: [`delete:access/${ADMIN}`] });
        assert.deepEqual({ outcome, failed }, { outcome: 'succeeded', failed: [] });
      });
      for (const operation of expected) assert.ok(writes(requests).includes(operation), `${operation} in ${writes(requests).join(', ')}`);
      assert.deepEqual(writes(await edited.requests(() => edited.apply())), []);
    });
  }

  it('gets the person’s tags on everything, in place', async () => {
    const edited = platform.edited(`${YAML}tags: { team: data }\n`);
    assert.equal((await edited.apply({ consent: [`delete:access/${ADMIN}`] })).outcome, 'succeeded');
    assert.deepEqual(unready(await edited.observe('plan')), []);
    assert.deepEqual(writes(await edited.requests(() => edited.apply())), []);
  });

  it('loses those that were dropped, and nobody else’s', async () => {
    const more = platform.edited(`${YAML}tags: { team: data, trial: 'yes' }\n`);
    assert.equal((await more.apply()).outcome, 'succeeded');
    const edited = platform.edited(`${YAML}tags: { team: data }\n`);
    const requests = await edited.requests(() => edited.apply());
    const untagging = ['DeleteTags', 'UntagOpenIDConnectProvider', 'UntagResource', 'UntagRole'];
    assert.deepEqual([...new Set(writes(requests))].filter((operation) => /^(Untag|DeleteTags)/.test(operation)).sort(), untagging);
    assert.deepEqual((await edited.plan('apply')).changes, []);
    assert.deepEqual(writes(await edited.requests(() => edited.apply())), []);
  });

  it('plans an admin who was dropped as a deletion of its own, and does nothing without consent', async () => {
    const withAdmin = platform.edited(`${YAML}tags: { team: data }\ncluster: { admins: ["${ADMIN}"] }\n`);
    await withAdmin.apply();
    const without = platform.edited(`${YAML}tags: { team: data }\n`);
    const plan = await without.plan('apply');
    assert.deepEqual(
      plan.changes.map(({ resource, change, consent }) => [resource, change.action, consent]),
      [[`access/${ADMIN}`, 'delete', 'delete']],
    );
    const requests = await without.requests(() => without.apply({ consent: [`delete:access/${ADMIN}`] }));
    assert.deepEqual(writes(requests), ['DeleteAccessEntry']);
  });

  it('refuses what cannot be changed in place, and touches nothing', async () => {
    const edited = platform.edited(`${YAML}tags: { team: data }\ncompute: { instanceTypes: [t3.large] }\n`);
    const plan = await edited.plan('apply');
    const change = plan.changes.find(({ resource }) => resource === 'nodegroup')?.change;
    assert.equal(change?.action, 'blocked');
    const refused = (): Promise<void> => assert.rejects(edited.apply(), /cannot be changed in place/);
    assert.deepEqual(writes(await edited.requests(refused)), []);
  });

  it('is gone without a trace after a destroy', async () => {
    const { outcome, failed, residue } = await platform.destroy();
    assert.deepEqual({ outcome, failed, residue }, { outcome: 'succeeded', failed: [], residue: [] });
    assert.equal(platform.kubeconfig.size, 0);
    const seen = await platform.observe('plan');
    const left = [...seen].filter(([id, { state }]) => state !== 'absent' && platform.graph.get(id)?.internal !== true).map(([id]) => id);
    assert.deepEqual(left, []);
  });

  it('asked AWS, all that time, for nothing that `slipway policy` does not allow', () => {
    const policy = JSON.parse(readFileSync(new URL('../../resources/iam-policy.json', import.meta.url), 'utf8')) as PolicyDocument;
    const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action));
    const sent = platform.logged().flatMap(({ service, operation }) => (service === 'kubernetes' ? [] : [actionOf(service, operation)]));
    assert.ok(new Set(sent).size > 60, `${new Set(sent).size} operations in apply, changes in place and destroy`);
    assert.deepEqual([...new Set(sent)].filter((action) => !allowed.has(action)).sort(), []);
  });
});
