import assert from 'node:assert/strict';
import { leftoverTitle } from '../../../src/aws/ec2/leftoverTitle.ts';
import { parsePlatform } from '../../../src/core/platform/parsePlatform.ts';
import { offlineGraph } from '../../../src/runner/connection.ts';

describe('what left platform.yml', () => {
  it('goes on under the title that it had while it stood there', () => {
    const { spec } = parsePlatform('name: cauchy\nregion: us-west-2\nnetwork: { s3Endpoint: true }\n', '/platform.yml');
    assert.ok(spec);
    const kinds = ['InternetGateway', 'Subnet', 'EIP', 'NatGateway', 'RouteTable', 'VPCEndpoint'].map((kind) => `AWS::EC2::${kind}`);
    const stood = offlineGraph(spec).order.filter(({ kind, internal }) => kinds.includes(kind) && internal !== true);
    assert.deepEqual(new Set(stood.map(({ kind }) => kind)), new Set(kinds));
    assert.deepEqual(
      stood.map(({ id }) => leftoverTitle(id)),
      stood.map(({ title }) => title),
    );
  });

  it('keeps its id where nothing better is known', () => {
    assert.deepEqual(['nat', 'elsewhere/10.0.0.0-16', ''].map(leftoverTitle), ['nat', 'elsewhere/10.0.0.0-16', '']);
  });
});
