import assert from 'node:assert/strict';
import { leftovers } from '../../../src/aws/ec2/leftovers.ts';
import type { VpcOut } from '../../../src/aws/outputs.ts';
import { priceBook } from '../../../src/aws/prices.ts';
import { NotYet } from '../../../src/core/graph/errors.ts';
import type { AnyResource, Present } from '../../../src/core/graph/resource.ts';
import { fails, handleOf, lookWith, scriptedAws, stepContext, type Script } from '../scriptedAws.ts';

const owned = [{ Key: 'kubernetes.io/cluster/cauchy', Value: 'owned' }];

function make(script: Script) {
  const scripted = scriptedAws(script);
  const scope = { aws: scripted.aws, identity: { platform: 'cauchy', tags: {} }, prices: priceBook('us-west-2'), clusterName: 'cauchy' };
  const all = leftovers(scope, handleOf<VpcOut>('vpc'), ['internet-gateway', 'subnet/public/10.0.0.0-20']);
  const named = (id: string): AnyResource => all.find((each) => each.id === id) ?? assert.fail(id);
  return { ...scripted, all, named };
}

const look = () => lookWith({ vpc: { vpcId: 'vpc-1' } });

async function seen(resource: AnyResource): Promise<Present> {
  const observation = await resource.observe(look(), 'plan');
  assert.ok(observation.state === 'ready', observation.state);
  return observation;
}

describe('what controllers leave', () => {
  it('costs a status nothing, and is nothing without a VPC', async () => {
    const { all, sent } = make({});
    for (const resource of all) {
      assert.equal((await resource.observe(look(), 'status')).state, 'absent');
      assert.equal((await resource.observe(lookWith(), 'plan')).state, 'absent');
    }
    assert.deepEqual(sent, []);
  });

  it('goes in an order: load balancers, their interfaces, the groups, the network', () => {
    const { named } = make({});
    assert.ok(named('left/load-balancers').after?.includes('left/network-interfaces'));
    assert.ok(named('left/network-interfaces').after?.includes('left/security-groups'));
    assert.ok(named('left/security-groups').after?.includes('subnet/public/10.0.0.0-20'));
  });

  it('takes free interfaces of EKS and the CNI, waits for attached ones, and leaves everyone else’s', async () => {
    const eni = (id: string, Description: string, Status: string, cluster?: string) => ({
      NetworkInterfaceId: id,
      Description,
      Status,
      TagSet: cluster === undefined ? [] : [{ Key: 'cluster.k8s.amazonaws.com/name', Value: cluster }],
      ...(Status === 'in-use' ? { Attachment: { InstanceId: 'i-1' } } : {}),
    });
    const interfaces = [
      eni('eni-1', 'Amazon EKS cauchy', 'available'),
      eni('eni-2', 'aws-K8S-i-0abc', 'in-use', 'cauchy'),
      eni('eni-3', 'aws-K8S-i-0def', 'available', 'another'),
      eni('eni-4', 'my own', 'available'),
      eni('eni-5', 'Amazon EKS cauchy-two', 'available'),
    ];
    const free = make({ DescribeNetworkInterfaces: () => ({ NetworkInterfaces: interfaces }), DeleteNetworkInterface: () => ({}) });
    const resource = free.named('left/network-interfaces');
    const present = await seen(resource);
    assert.deepEqual(present.attributes, { calls: { 'eni-1': 1, 'eni-2': 1 } });
    await resource.steps?.delete?.(present, stepContext());
    assert.deepEqual(free.sent.at(-1)?.input, { NetworkInterfaceId: 'eni-1' });

    const held = make({ DescribeNetworkInterfaces: () => ({ NetworkInterfaces: interfaces.slice(1) }) }).named('left/network-interfaces');
    const heldOnes = await seen(held);
    await assert.rejects(async () => held.steps?.delete?.(heldOnes, stepContext()), {
      name: 'NotYet',
      message: 'eni-2 is still held by i-1',
    });
  });

  it('takes the rules that name another group before the group', async () => {
    const rule = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-2' }, { GroupId: 'sg-1' }] };
    let rules: readonly object[] = [rule];
    const { named, sent } = make({
      DescribeSecurityGroups: () => ({
        SecurityGroups: [
          { GroupId: 'sg-1', GroupName: 'eks-cluster-sg-cauchy-1', IpPermissions: rules },
          { GroupId: 'sg-9', GroupName: 'by-hand', IpPermissions: [] },
        ],
      }),
      RevokeSecurityGroupIngress: () => ({}),
      DeleteSecurityGroup: () => ({}),
    });
    const resource = named('left/security-groups');
    const first = await seen(resource);
    await resource.steps?.delete?.(first, stepContext());
    assert.deepEqual(sent.at(-1), {
      operation: 'RevokeSecurityGroupIngress',
      input: { GroupId: 'sg-1', IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-2' }] }] },
    });
    rules = [];
    const second = await seen(resource);
    assert.notDeepEqual(second.attributes, first.attributes, 'or the engine would take the second call for the first');
    await resource.steps?.delete?.(second, stepContext());
    assert.deepEqual(sent.at(-1), { operation: 'DeleteSecurityGroup', input: { GroupId: 'sg-1' } });
  });

  it('takes load balancers of both generations that the cluster owns, and no other', async () => {
    const { named, sent } = make({
      DescribeLoadBalancers: () => ({
        LoadBalancers: [{ LoadBalancerArn: 'arn:1' }, { LoadBalancerArn: 'arn:2' }],
        LoadBalancerDescriptions: [{ LoadBalancerName: 'classic' }],
      }),
      DescribeTags: (input) =>
        'ResourceArns' in input
          ? {
              TagDescriptions: [
                { ResourceArn: 'arn:1', Tags: [] },
                { ResourceArn: 'arn:2', Tags: owned },
              ],
            }
          : { TagDescriptions: [{ LoadBalancerName: 'classic', Tags: owned }] },
      DeleteLoadBalancer: () => ({}),
    });
    const resource = named('left/load-balancers');
    const present = await seen(resource);
    assert.deepEqual(present.attributes, { calls: { 'arn:2': 1, classic: 1 } });
    await resource.steps?.delete?.(present, stepContext());
    assert.deepEqual(sent.at(-1)?.input, { LoadBalancerArn: 'arn:2' });
  });

  it('takes target groups of the cluster in its VPC, after the load balancers that use them', async () => {
    const { named, sent } = make({
      DescribeTargetGroups: () => ({
        TargetGroups: [
          { TargetGroupArn: 'arn:tg-1', VpcId: 'vpc-1' },
          { TargetGroupArn: 'arn:tg-2', VpcId: 'vpc-1' },
          { TargetGroupArn: 'arn:tg-3', VpcId: 'vpc-2' },
        ],
      }),
      DescribeTags: (input) => ({
        TagDescriptions: (Reflect.get(input, 'ResourceArns') as string[]).map((ResourceArn) => ({
          ResourceArn,
          Tags: ResourceArn === 'arn:tg-1' ? [] : owned,
        })),
      }),
      DeleteTargetGroup: () => ({}),
    });
    assert.ok(named('left/load-balancers').after?.includes('left/target-groups'));
    const resource = named('left/target-groups');
    const present = await seen(resource);
    assert.deepEqual(present.attributes, { calls: { 'arn:tg-2': 1 } });
    await resource.steps?.delete?.(present, stepContext());
    assert.deepEqual(sent.at(-1), { operation: 'DeleteTargetGroup', input: { TargetGroupArn: 'arn:tg-2' } });
  });

  it('takes free volumes of the platform, and waits for those that an instance still holds', async () => {
    let State = 'in-use';
    const { named, sent } = make({
      DescribeVolumes: () => ({
        Volumes: [
          { VolumeId: 'vol-1', State, Attachments: [{ InstanceId: 'i-1' }] },
          { VolumeId: 'vol-2', State: 'deleting' },
        ],
      }),
      DeleteVolume: () => ({}),
    });
    const resource = named('left/volumes');
    const held = await seen(resource);
    assert.deepEqual(held.attributes, { calls: { 'vol-1': 1 } });
    await assert.rejects(async () => resource.steps?.delete?.(held, stepContext()), {
      name: 'NotYet',
      message: 'vol-1 is still held by i-1',
    });
    State = 'available';
    await resource.steps?.delete?.(await seen(resource), stepContext());
    assert.deepEqual(sent.at(-1), { operation: 'DeleteVolume', input: { VolumeId: 'vol-1' } });
    const asked = sent.find(({ operation }) => operation === 'DescribeVolumes')?.input ?? {};
    assert.deepEqual(Reflect.get(asked, 'Filters'), [{ Name: 'tag:slipway:platform', Values: ['cauchy'] }]);
  });

  it('that may not be looked for holds up no apply, and a destroy says why it waits', async () => {
    const { named } = make({ DescribeVolumes: fails('AccessDenied', 'not authorized to perform: ec2:DescribeVolumes') });
    const resource = named('left/volumes');
    const present = await seen(resource);
    assert.deepEqual(resource.steps?.plan({ ...present, state: 'ready', outputs: {} }, {}), { action: 'none' });
    await assert.rejects(async () => resource.steps?.delete?.(present, stepContext()), NotYet);
  });
});
