import assert from 'node:assert/strict';
import { NotYet, Refused } from '../../../src/core/graph/errors.ts';
import type { Observation } from '../../../src/core/graph/resource.ts';
import { cluster } from '../../../src/aws/eks/cluster.ts';
import type { ClusterWish } from '../../../src/aws/eks/cluster.ts';
import { newestSupported } from '../../../src/aws/eks/clusterVersion.ts';
import type { CallerOut, ClusterOut, RoleOut, SecurityGroupOut, SubnetOut, VersionOut } from '../../../src/aws/outputs.ts';
import { fails, handleOf, lookWith, scriptedAws, stepContext } from '../scriptedAws.ts';
import type { Script } from '../scriptedAws.ts';
import { eksScope } from './eksScope.ts';

const arn = 'arn:aws:eks:us-west-2:012345678901:cluster/cauchy';
const tags = { 'slipway:platform': 'cauchy', 'slipway:resource': 'cluster' };
const wish: ClusterWish = {
  version: 'latest',
  endpoint: { public: true, private: true, publicCidrs: ['0.0.0.0/0'] },
  serviceCidr: '172.20.0.0/16',
  now: () => 0,
};
const inputs = {
  caller: { account: '012345678901', partition: 'aws' as const, arn: 'arn:aws:iam::012345678901:user/ops' },
  role: { arn: 'arn:role', name: 'role' },
  version: { version: '1.35' },
  subnets: ['d', 'b', 'c', 'a'].map((name) => ({ subnetId: `subnet-${name}`, zoneId: 'usw2-az1' })),
  securityGroup: { groupId: 'sg-default' },
};

/** As EKS answers for one that was made by `wish`. */
const running = (changes: object = {}, vpc: object = {}) => ({
  cluster: {
    name: 'cauchy',
    arn,
    status: 'ACTIVE',
    version: '1.35',
    endpoint: 'https://example',
    certificateAuthority: { data: 'Q0E=' },
    identity: { oidc: { issuer: 'https://oidc/id/X' } },
    roleArn: 'arn:role',
    resourcesVpcConfig: {
      subnetIds: ['subnet-a', 'subnet-b', 'subnet-c', 'subnet-d'],
      securityGroupIds: ['sg-default'],
      clusterSecurityGroupId: 'sg-cluster',
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
      publicAccessCidrs: ['0.0.0.0/0'],
      ...vpc,
    },
    upgradePolicy: { supportType: 'STANDARD' },
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    deletionProtection: false,
    tags,
    ...changes,
  },
});

function setting(script: Script, changes: Partial<ClusterWish> = {}) {
  const scripted = scriptedAws(script);
  const needs = {
    caller: handleOf<CallerOut>('caller'),
    role: handleOf<RoleOut>('role/cluster'),
    version: handleOf<VersionOut>('cluster-version'),
    subnets: [1, 2, 3, 4].map((n) => handleOf<SubnetOut>(`subnet/${n}`)),
    securityGroup: handleOf<SecurityGroupOut>('default-security-group'),
  };
  const resource = cluster(eksScope(scripted.aws), { ...wish, ...changes }, needs);
  const look = (): Promise<Observation<ClusterOut>> => resource.observe(lookWith(), 'plan');
  const plan = async () => resource.steps?.plan(await look(), inputs);
  return { ...scripted, resource, look, plan };
}

describe('the EKS cluster', () => {
  it('is asked for with what the API would default wrongly written out', async () => {
    const { resource, sent } = setting({ CreateCluster: () => ({}) });
    await resource.steps?.create?.(inputs, stepContext());
    const input = sent[0]?.input ?? {};
    assert.deepEqual(input['accessConfig'], { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false });
    assert.deepEqual(input['upgradePolicy'], { supportType: 'STANDARD' });
    assert.equal(input['bootstrapSelfManagedAddons'], false);
    assert.deepEqual(input['kubernetesNetworkConfig'], { ipFamily: 'ipv4', serviceIpv4Cidr: '172.20.0.0/16' });
    assert.deepEqual(input['resourcesVpcConfig'], {
      subnetIds: ['subnet-d', 'subnet-b', 'subnet-c', 'subnet-a'],
      securityGroupIds: ['sg-default'],
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
      publicAccessCidrs: ['0.0.0.0/0'],
    });
    assert.deepEqual(input['tags'], tags);
  });

  it('that is as wanted needs nothing', async () => {
    const { plan } = setting({ DescribeCluster: () => running() });
    assert.deepEqual(await plan(), { action: 'none' });
  });

  it('is not compared with what is not known yet', async () => {
    const { resource, look } = setting({ DescribeCluster: () => running() });
    const unknown = { caller: {}, role: {}, version: {}, subnets: [{}, {}, {}, {}], securityGroup: {} };
    const change = resource.steps?.plan(await look(), unknown);
    assert.equal(change?.action, 'none');
    assert.deepEqual(change.unsure, ['roleArn', 'subnetIds', 'securityGroupIds']);
  });

  it('is changed one kind of setting a call', async () => {
    const script = {
      DescribeCluster: () => running({ upgradePolicy: { supportType: 'EXTENDED' } }, { publicAccessCidrs: ['10.0.0.0/8'] }),
      UpdateClusterConfig: () => ({}),
    };
    const { resource, look, sent } = setting(script);
    await resource.steps?.update?.(await look(), inputs, stepContext());
    assert.deepEqual(sent.at(-1)?.input, {
      name: 'cauchy',
      resourcesVpcConfig: { endpointPublicAccess: true, endpointPrivateAccess: true, publicAccessCidrs: ['0.0.0.0/0'] },
    });
  });

  it('gets its tags by a call of their own', async () => {
    const script = { DescribeCluster: () => running({ tags: { 'slipway:platform': 'cauchy' } }), TagResource: () => ({}) };
    const { resource, look, sent } = setting(script);
    await resource.steps?.update?.(await look(), inputs, stepContext());
    assert.deepEqual(sent.at(-1), { operation: 'TagResource', input: { resourceArn: arn, tags } });
  });

  it('refuses what cannot be changed in place, and says what would be lost', async () => {
    const { plan } = setting({ DescribeCluster: () => running({ roleArn: 'arn:other' }) });
    const change = await plan();
    assert.ok(change?.action === 'blocked');
    assert.match(change.summary, /roleArn.*volumes included, is lost/s);
  });

  it('is refused an upgrade, and never asked to go back from one that AWS made', async () => {
    const older = setting({ DescribeCluster: () => running({ version: '1.34' }) }, { version: '1.35' });
    assert.equal((await older.plan())?.action, 'blocked');
    const newer = setting({ DescribeCluster: () => running({ version: '1.36' }) }, { version: '1.35' });
    assert.equal((await newer.plan())?.action, 'none');
  });

  it('of our name that is not ours is refused', async () => {
    const { plan } = setting({ DescribeCluster: () => running({ tags: {} }) });
    const change = await plan();
    assert.ok(change?.action === 'blocked' && change.code === 'foreign' && change.summary.includes(arn));
  });

  it('that failed is made again: it never recovers', async () => {
    const { look, plan } = setting({
      DescribeCluster: () => running({ status: 'FAILED', health: { issues: [{ code: 'Other', message: 'no capacity' }] } }),
    });
    const seen = await look();
    assert.ok(seen.state === 'failed' && seen.cause?.code === 'cluster-failed' && seen.cause.message.includes('no capacity'));
    assert.equal((await plan())?.action, 'recreate');
  });

  it('is waited for while EKS works on it, and tells what it has', async () => {
    const { look, plan } = setting({ DescribeCluster: () => running({ status: 'UPDATING', upgradePolicy: { supportType: 'EXTENDED' } }) });
    const seen = await look();
    assert.ok(seen.state === 'pending' && seen.outputs.endpoint === 'https://example');
    assert.deepEqual(await plan(), { action: 'none' });
  });

  it('whose role is not known everywhere yet is asked for again, but not for ever', async () => {
    const message = 'Role with arn: arn:role, could not be assumed because it does not exist or the trusted entity is not correct';
    const clock = { now: 0 };
    const { resource } = setting({ CreateCluster: fails('InvalidParameterException', message) }, { now: () => clock.now });
    const create = async () => resource.steps?.create?.(inputs, stepContext());
    await assert.rejects(create(), NotYet);
    clock.now = 179_999;
    await assert.rejects(create(), NotYet);
    clock.now = 180_000;
    await assert.rejects(create(), (error: unknown) => error instanceof Refused && error.message.includes('role'));
  });

  it('loses its protection before it is deleted', async () => {
    const protect = { on: true };
    const script = {
      DescribeCluster: () => running({ deletionProtection: protect.on }),
      UpdateClusterConfig: () => ((protect.on = false), {}),
      DeleteCluster: () => ({}),
    };
    const { resource, look, operations } = setting(script);
    for (let step = 0; step < 2; step++) {
      const seen = await look();
      assert.ok(seen.state === 'ready');
      await resource.steps?.delete?.(seen, stepContext());
    }
    assert.deepEqual(
      operations().filter((operation) => operation !== 'DescribeCluster'),
      ['UpdateClusterConfig', 'DeleteCluster'],
    );
  });
});

describe('the version that is chosen', () => {
  const now = Date.parse('2026-11-22');
  const version = (clusterVersion: string, end: string) => ({ clusterVersion, endOfStandardSupportDate: new Date(end) });

  it('is the newest with support left, by number and not by text', () => {
    const versions = [version('1.9', '2027-08-01'), version('1.36', '2027-08-02'), version('1.34', '2026-12-02')];
    assert.equal(newestSupported(versions, now), '1.36');
  });

  it('is the one that is supported longest where none is supported for long', () => {
    assert.equal(newestSupported([version('1.34', '2026-12-02'), version('1.33', '2026-12-20')], now), '1.33');
    assert.equal(newestSupported([], now), undefined);
  });
});
