import assert from 'node:assert/strict';
import { s3Endpoint } from '../../../src/aws/ec2/s3Endpoint.ts';
import type { EgressOut, VpcOut } from '../../../src/aws/outputs.ts';
import { priceBook } from '../../../src/aws/prices.ts';
import { namedTagsOf, tagList } from '../../../src/aws/tags.ts';
import { handleOf, lookWith, scriptedAws, stepContext, type Script } from '../scriptedAws.ts';

const identity = { platform: 'cauchy', tags: {} };
const tags = tagList(namedTagsOf(identity, 's3-endpoint'));
const inputs = {
  vpc: { vpcId: 'vpc-1' },
  egress: [
    { subnetId: 'subnet-1', routeTableId: 'rtb-1' },
    { subnetId: 'subnet-2', routeTableId: 'rtb-2' },
  ],
};
const endpoint = (changes: object = {}) => ({
  VpcEndpoints: [
    {
      VpcEndpointId: 'vpce-1',
      VpcId: 'vpc-1',
      ServiceName: 'com.amazonaws.us-west-2.s3',
      State: 'Available',
      RouteTableIds: ['rtb-1', 'rtb-2'],
      Tags: tags,
      ...changes,
    },
  ],
});

function make(script: Script) {
  const scripted = scriptedAws(script);
  const scope = { aws: scripted.aws, identity, prices: priceBook('us-west-2') };
  const resource = s3Endpoint(scope, {
    vpc: handleOf<VpcOut>('vpc'),
    egress: [handleOf<EgressOut>('routes/private/a'), handleOf<EgressOut>('routes/private/b')],
  });
  const look = () => resource.observe(lookWith(), 'plan');
  return { ...scripted, resource, look, plan: async () => resource.steps?.plan(await look(), inputs) };
}

describe('the S3 endpoint', () => {
  it('is made for all private route tables, with its tags in the same call', async () => {
    const { resource, sent } = make({ CreateVpcEndpoint: () => ({}) });
    await resource.steps?.create?.(inputs, stepContext());
    const { ClientToken, ...input } = { ClientToken: '', ...sent[0]?.input };
    assert.ok(ClientToken.length > 0);
    assert.deepEqual(input, {
      VpcId: 'vpc-1',
      ServiceName: 'com.amazonaws.us-west-2.s3',
      VpcEndpointType: 'Gateway',
      RouteTableIds: ['rtb-1', 'rtb-2'],
      TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: tags }],
    });
  });

  it('that is as wanted is left alone; one that failed is made anew', async () => {
    assert.equal((await make({ DescribeVpcEndpoints: () => endpoint() }).plan())?.action, 'none');
    assert.equal((await make({ DescribeVpcEndpoints: () => endpoint({ State: 'Failed' }) }).plan())?.action, 'recreate');
    assert.equal((await make({ DescribeVpcEndpoints: () => endpoint({ ServiceName: 'another' }) }).plan())?.action, 'replace');
  });

  it('gets the tables that it lacks and loses those that are not wanted, in one call', async () => {
    const { resource, look, plan, sent } = make({
      DescribeVpcEndpoints: () => endpoint({ RouteTableIds: ['rtb-1', 'rtb-9'] }),
      ModifyVpcEndpoint: () => ({}),
    });
    assert.equal((await plan())?.action, 'update');
    await resource.steps?.update?.(await look(), inputs, stepContext());
    assert.deepEqual(sent.at(-1)?.input, { VpcEndpointId: 'vpce-1', AddRouteTableIds: ['rtb-2'], RemoveRouteTableIds: ['rtb-9'] });
  });

  it('whose delete is refused in an answer of 200 is asked again', async () => {
    const { resource, look } = make({
      DescribeVpcEndpoints: () => endpoint(),
      DeleteVpcEndpoints: () => ({ Unsuccessful: [{ ResourceId: 'vpce-1', Error: { Code: 'InvalidState', Message: 'busy' } }] }),
    });
    const seen = await look();
    assert.ok(seen.state === 'ready');
    await assert.rejects(async () => resource.steps?.delete?.(seen, stepContext()), { name: 'NotYet', message: 'busy' });
  });
});
