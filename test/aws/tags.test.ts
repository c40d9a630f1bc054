import assert from 'node:assert/strict';
import { retag as retagEc2 } from '../../src/aws/ec2/kind.ts';
import { retag as retagEks } from '../../src/aws/eks/retag.ts';
import { oidcProvider } from '../../src/aws/iam/oidcProvider.ts';
import { serviceRole } from '../../src/aws/iam/role.ts';
import type { CallerOut, ClusterOut } from '../../src/aws/outputs.ts';
import { priceBook } from '../../src/aws/prices.ts';
import { comparableTags, KEYS_TAG, nextTags, tagList, tagsOf, type Tags } from '../../src/aws/tags.ts';
import type { Present } from '../../src/core/graph/resource.ts';
import { eksScope } from './eks/eksScope.ts';
import { handleOf, lookWith, scriptedAws, stepContext } from './scriptedAws.ts';

const CALLER: CallerOut = { account: '012345678901', partition: 'aws', arn: 'arn:aws:iam::012345678901:user/ops' };
const CLUSTER: ClusterOut = {
  name: 'cauchy',
  arn: 'arn:cluster',
  version: '1.35',
  endpoint: 'https://example',
  certificateAuthority: 'Q0E=',
  issuer: 'https://i',
  clusterSecurityGroupId: 'sg-1',
};
const TRUST = encodeURIComponent(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  }),
);

const identity = (tags: Tags) => ({ platform: 'cauchy', tags });
const BEFORE = { team: 'data', 'cost centre': '7', 'a=b': 'c' };
const seenWith = (actual: Tags, wanted: Tags): Present => ({
  owner: 'slipway',
  physicalId: 'x-1',
  attributes: { tags: comparableTags(actual, wanted) },
});

describe('tags of the person', () => {
  it('are listed on the resource in a way that every service takes: no comma, no quotes', () => {
    const tags = tagsOf(identity(BEFORE), 'vpc');
    assert.equal(tags[KEYS_TAG], 'a=3Db cost=20centre team');
    // IAM API, Tag.Value.
    assert.match(tags[KEYS_TAG], /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
    assert.equal(tagsOf(identity({}), 'vpc')[KEYS_TAG], undefined, 'none: no list');
  });

  it('go when they are dropped, with the list, and before the new list is written', () => {
    const actual = { ...tagsOf(identity(BEFORE), 'vpc'), theirs: 'x' };
    const without = tagsOf(identity({}), 'vpc');
    assert.deepEqual(nextTags(seenWith(actual, without), without), { remove: ['a=b', 'cost centre', 'team', KEYS_TAG] });
    const fewer = tagsOf(identity({ team: 'web' }), 'vpc');
    assert.deepEqual(nextTags(seenWith(actual, fewer), fewer), { remove: ['a=b', 'cost centre'] });
    const then: Tags = Object.fromEntries(Object.entries(actual).filter(([key]) => key !== 'a=b' && key !== 'cost centre'));
    assert.deepEqual(nextTags(seenWith(then, fewer), fewer), { set: fewer });
    assert.deepEqual(comparableTags({ ...then, ...fewer }, fewer), fewer, 'as wanted');
  });

  it('of others stay, whatever they are called', () => {
    const wanted = tagsOf(identity({}), 'vpc');
    assert.deepEqual(comparableTags({ ...wanted, team: 'theirs', Owner: 'them' }, wanted), wanted);
  });

  it('stay where their names do not fit into a tag: nobody knows then whose they are', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a-rather-long-key-${i}`, 'x']));
    const written = tagsOf(identity(many), 'vpc');
    assert.equal(written[KEYS_TAG], undefined);
    const wanted = tagsOf(identity({}), 'vpc');
    assert.deepEqual(comparableTags(written, wanted), wanted);
  });
});

describe('a dropped tag', () => {
  const actual = { ...tagsOf(identity({ team: 'data' }), 'it'), theirs: 'x' };
  const dropped = ['team', KEYS_TAG];

  it('of EC2 goes by its key', async () => {
    const { aws, sent } = scriptedAws({ DeleteTags: () => ({}) });
    const scope = { aws, identity: identity({}), prices: priceBook('us-west-2') };
    const wanted = tagsOf(scope.identity, 'it');
    await retagEc2(scope, seenWith(actual, wanted), wanted, stepContext());
    assert.deepEqual(sent.at(-1)?.input, { Resources: ['x-1'], Tags: dropped.map((Key) => ({ Key })) });
  });

  it('of EKS goes by its key', async () => {
    const { aws, sent } = scriptedAws({ UntagResource: () => ({}) });
    const scope = eksScope(aws);
    const wanted = tagsOf(scope.identity, 'it');
    await retagEks(scope, 'arn:x', seenWith(actual, wanted), wanted, stepContext());
    assert.deepEqual(sent.at(-1)?.input, { resourceArn: 'arn:x', tagKeys: dropped });
  });

  it('of a role goes by its key, once what it may do is as wanted', async () => {
    const { aws, sent } = scriptedAws({
      GetRole: () => ({
        Role: { Arn: 'arn:role', AssumeRolePolicyDocument: TRUST, Tags: tagList({ ...actual, 'slipway:resource': 'role/nodes' }) },
      }),
      UntagRole: () => ({}),
    });
    const spec = {
      id: 'role/nodes',
      title: 'Node role',
      name: 'r',
      permissionsBoundary: undefined,
      service: 'ec2.amazonaws.com' as const,
      policies: [],
    };
    const scope = { aws, identity: identity({}), prices: priceBook('us-west-2') };
    const role = serviceRole(scope, spec, { caller: handleOf<CallerOut>('caller') });
    const seen = await role.observe(lookWith({ caller: CALLER }), 'status');
    assert.deepEqual(role.steps?.plan(seen, { caller: CALLER }).action, 'update');
    await role.steps?.update?.(seen, { caller: CALLER }, stepContext());
    assert.deepEqual(sent.at(-1), { operation: 'UntagRole', input: { RoleName: 'r', TagKeys: dropped } });
  });

  it('of an identity provider goes by its key', async () => {
    const { aws, sent } = scriptedAws({ UntagOpenIDConnectProvider: () => ({}) });
    const scope = { aws, identity: identity({}), prices: priceBook('us-west-2') };
    const provider = oidcProvider(scope, { caller: handleOf<CallerOut>('caller'), cluster: handleOf<ClusterOut>('cluster') });
    const present = seenWith({ ...actual, 'slipway:resource': 'oidc' }, tagsOf(scope.identity, 'oidc'));
    const seen = {
      ...present,
      state: 'ready' as const,
      outputs: { providerArn: 'x-1', issuer: 'https://i' },
      attributes: { ...present.attributes, audience: true },
    };
    await provider.steps?.update?.(seen, { caller: CALLER, cluster: CLUSTER }, stepContext());
    assert.deepEqual(sent.at(-1)?.input, { OpenIDConnectProviderArn: 'x-1', TagKeys: dropped });
  });
});
