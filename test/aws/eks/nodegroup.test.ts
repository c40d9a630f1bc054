import assert from 'node:assert/strict';
import { nodegroup, nodegroupName } from '../../../src/aws/eks/nodegroup.ts';
import { firstScale, wantedScale } from '../../../src/aws/eks/nodegroupScale.ts';
import type { ClusterOut, EgressOut, RoleOut } from '../../../src/aws/outputs.ts';
import type { ComputeSpec } from '../../../src/core/platform/platformSpec.ts';
import { fails, handleOf, lookWith, scriptedAws, stepContext } from '../scriptedAws.ts';
import type { Script } from '../scriptedAws.ts';
import { eksScope } from './eksScope.ts';

const compute: ComputeSpec = { instanceTypes: ['t3.small'], capacity: 'spot', min: 12, desired: 14, desiredWritten: false, max: 16 };
const privateCidrs = ['10.0.16.0/20', '10.0.144.0/20'];
const name = nodegroupName({ compute, privateCidrs });
const tags = { 'slipway:platform': 'cauchy', 'slipway:resource': 'nodegroup', 'slipway:generation': name };
const clusterOut = {
  name: 'cauchy',
  arn: 'a',
  version: '1.35',
  endpoint: 'https://e',
  certificateAuthority: 'Q0E=',
  issuer: 'i',
  clusterSecurityGroupId: 's',
};
const inputs = {
  cluster: clusterOut,
  role: { arn: 'arn:role', name: 'nodes' },
  egress: [
    { subnetId: 'subnet-b', routeTableId: 'rtb-b' },
    { subnetId: 'subnet-a', routeTableId: 'rtb-a' },
  ],
};

const group = (changes: object = {}, scale: object = {}) => ({
  nodegroup: {
    nodegroupName: name,
    nodegroupArn: 'arn:group',
    status: 'ACTIVE',
    capacityType: 'SPOT',
    instanceTypes: ['t3.small'],
    subnets: ['subnet-a', 'subnet-b'],
    nodeRole: 'arn:role',
    scalingConfig: { minSize: 12, desiredSize: 14, maxSize: 16, ...scale },
    health: { issues: [] },
    tags,
    ...changes,
  },
});

function setting(script: Script, changes: Partial<ComputeSpec> = {}, prefixDelegation = false) {
  const scripted = scriptedAws(script);
  const needs = {
    cluster: handleOf<ClusterOut>('cluster'),
    role: handleOf<RoleOut>('role/nodes'),
    egress: [handleOf<EgressOut>('routes/b'), handleOf<EgressOut>('routes/a')],
  };
  const resource = nodegroup(
    eksScope(scripted.aws),
    { compute: { ...compute, ...changes }, privateCidrs, prefixDelegation, after: ['addon/vpc-cni'] },
    needs,
  );
  const look = () => resource.observe(lookWith(), 'plan');
  return { ...scripted, resource, look, plan: async () => resource.steps?.plan(await look(), inputs) };
}

describe('the size of a node group', () => {
  it('begins with two nodes', () => {
    assert.deepEqual(firstScale(compute), { min: 2, desired: 2, max: 16 });
  });

  it('is grown once, min, desired and max together', () => {
    assert.deepEqual(wantedScale(compute, firstScale(compute)), { min: 12, desired: 14, max: 16 });
  });

  it('is left to an autoscaler afterwards, within min and max', () => {
    assert.equal(wantedScale(compute, { min: 12, desired: 16, max: 16 }).desired, 16);
    assert.equal(wantedScale({ ...compute, max: 15 }, { min: 12, desired: 16, max: 16 }).desired, 15);
    assert.equal(wantedScale({ ...compute, min: 13 }, { min: 12, desired: 12, max: 16 }).desired, 13);
  });

  it('is what platform.yml says where it says it', () => {
    assert.equal(wantedScale({ ...compute, desiredWritten: true }, { min: 12, desired: 16, max: 16 }).desired, 14);
  });

  it('settles for every small size: what was grown is not grown again', () => {
    for (let min = 0; min <= 4; min++) {
      for (let max = Math.max(1, min); max <= 5; max++) {
        for (let desired = min; desired <= max; desired++) {
          const spec = { ...compute, min, desired, max };
          const first = firstScale(spec);
          assert.ok(first.min <= first.desired && first.desired <= first.max && first.desired <= 2, JSON.stringify({ spec, first }));
          const grown = wantedScale(spec, first);
          assert.deepEqual(grown, { min, desired, max }, 'grown to what is written');
          assert.deepEqual(wantedScale(spec, { ...grown, desired: max }), { min, desired: max, max }, 'then left alone');
        }
      }
    }
  });
});

describe('the node group', () => {
  it('is made at two nodes, of Amazon Linux 2023, on Spot, in the private subnets alone', async () => {
    const { resource, sent } = setting({ CreateNodegroup: () => ({}) });
    await resource.steps?.create?.(inputs, stepContext());
    assert.deepEqual(sent[0]?.input, {
      clusterName: 'cauchy',
      nodegroupName: name,
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType: 'SPOT',
      instanceTypes: ['t3.small'],
      diskSize: 20,
      nodeRole: 'arn:role',
      subnets: ['subnet-b', 'subnet-a'],
      scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 16 },
      tags,
    });
  });

  it('is grown in one call', async () => {
    const script = { DescribeNodegroup: () => group({}, { minSize: 2, desiredSize: 2 }), UpdateNodegroupConfig: () => ({}) };
    const { resource, look, plan, sent } = setting(script);
    const change = await plan();
    assert.deepEqual(change?.action === 'update' && change.diff.map(({ path, after }) => [path, after]), [
      ['min', 12],
      ['desired', 14],
    ]);
    await resource.steps?.update?.(await look(), inputs, stepContext());
    assert.deepEqual(sent.at(-1)?.input['scalingConfig'], { minSize: 12, desiredSize: 14, maxSize: 16 });
  });

  it('that an autoscaler has changed is as wanted', async () => {
    assert.equal((await setting({ DescribeNodegroup: () => group({}, { desiredSize: 16 }) }).plan())?.action, 'none');
  });

  it('says how many pods it has room for', async () => {
    const seen = await setting({ DescribeNodegroup: () => group() }).look();
    assert.ok(seen.state === 'ready' && seen.reason === '14 nodes, 154 pod slots', JSON.stringify(seen));
  });

  it('with too few Spot instances lives on, degraded, with the reason in words', async () => {
    const issues = [
      { code: 'AsgInstanceLaunchFailures', message: 'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity' },
    ];
    for (const status of ['ACTIVE', 'DEGRADED']) {
      const seen = await setting({ DescribeNodegroup: () => group({ status, health: { issues } }) }).look();
      assert.ok(seen.state === 'degraded' && seen.reason === 'no spot capacity for t3.small', seen.state);
    }
    const creating = await setting({ DescribeNodegroup: () => group({ status: 'CREATING', health: { issues } }) }).look();
    assert.ok(creating.state === 'pending' && creating.reason === 'no spot capacity for t3.small', 'issues are read while it is made');
  });

  it('that could not be made is made again', async () => {
    const script = {
      DescribeNodegroup: () =>
        group({ status: 'CREATE_FAILED', health: { issues: [{ code: 'NodeCreationFailure', message: 'no node joined' }] } }),
    };
    const change = await setting(script).plan();
    assert.ok(change?.action === 'recreate' && change.summary.includes('its nodes do not join the cluster'));
  });

  it('of other instance types is found by its tag and refused, not doubled', async () => {
    const old = nodegroupName({ compute: { ...compute, instanceTypes: ['t3.large'] }, privateCidrs });
    assert.notEqual(old, name);
    const script: Script = {
      ListNodegroups: () => ({ nodegroups: [old] }),
      DescribeNodegroup: ({ nodegroupName }) =>
        nodegroupName === old
          ? group({ nodegroupName: old, instanceTypes: ['t3.large'], tags: { ...tags, 'slipway:generation': old } })
          : fails('ResourceNotFoundException')(),
    };
    const change = await setting(script).plan();
    assert.ok(change?.action === 'blocked', JSON.stringify(change));
    assert.match(change.summary, /: compute\.instanceTypes \(t3\.large → t3\.small\) cannot be changed in place\. EKS/);
  });

  it('needs as much of the quota as its processors', () => {
    assert.deepEqual(setting({}).resource.demand, [{ quota: 'ec2:L-34B43A08', amount: 28 }]);
    assert.deepEqual(setting({}, { capacity: 'onDemand' }).resource.demand, [{ quota: 'ec2:L-1216C47A', amount: 28 }]);
  });
});

describe('pod slots of a node group', () => {
  const told = async (changes: Partial<ComputeSpec>, prefixDelegation = false) =>
    ((await setting({}, changes, prefixDelegation).resource.check?.(lookWith(), 'apply')) ?? []).map(({ severity, message }) => [
      severity,
      message,
    ]);

  it('are told with what is needed where the minimum has too few', async () => {
    assert.deepEqual(await told({}), [
      [
        'information',
        "12 nodes of t3.small have 96 pod slots besides what runs on each, 16 have 128: the add-ons need 4, the runbook's whole platform 90 to 105 more; ENABLE_PREFIX_DELEGATION in the configuration of vpc-cni gives a node 110.",
      ],
    ]);
    const [[, mixed = ''] = []] = await told({ instanceTypes: ['t3.small', 't3a.small'], max: 20 });
    assert.match(mixed, /12 nodes of t3a\.small have 60 pod slots/, 'the smallest counts');
  });

  it('are nothing to say where they are plenty, unknown, or said of platform.yml already', async () => {
    assert.deepEqual(await told({ min: 14 }), []);
    assert.deepEqual(await told({ min: 2, desired: 2, max: 2 }, true), []);
    assert.deepEqual(await told({ instanceTypes: ['t3.small', 'x99.large'] }), []);
    assert.deepEqual(await told({ min: 2, desired: 2, max: 4 }), []);
  });

  it('are a warning where not even the add-ons find room', async () => {
    const [[severity] = []] = await told({ instanceTypes: ['t3.micro'], min: 1, desired: 1, max: 2 });
    assert.equal(severity, 'warning');
  });

  it('are 110 a node with prefix delegation', async () => {
    const seen = await setting({ DescribeNodegroup: () => group() }, {}, true).look();
    assert.ok(seen.state === 'ready' && seen.reason === '14 nodes, 1540 pod slots', JSON.stringify(seen));
  });
});
