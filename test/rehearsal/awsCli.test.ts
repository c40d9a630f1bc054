import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { startAccount, type TestAccount } from './account.ts';

const run = promisify(execFile);

/** The AWS CLI reads the same wire with other eyes (botocore's service models). Skipped, and counted so, where it is not installed. */
describe('rehearsed account, seen by the AWS CLI', () => {
  let account: TestAccount;

  before(function () {
    if (spawnSync('aws', ['--version']).status !== 0) this.skip();
  });

  beforeEach(async () => {
    account = await startAccount();
  });

  afterEach(async () => {
    await account.remove();
  });

  async function aws(...words: readonly string[]): Promise<unknown> {
    const { stdout } = await run('aws', [...words, '--output', 'json'], {
      env: {
        PATH: process.env['PATH'],
        HOME: account.folder,
        AWS_ENDPOINT_URL: account.endpoint,
        AWS_DEFAULT_REGION: 'us-west-2',
        AWS_ACCESS_KEY_ID: account.client.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: account.client.credentials.secretAccessKey,
        AWS_PAGER: '',
      },
    });
    return stdout === '' ? undefined : JSON.parse(stdout);
  }

  it('makes, finds and deletes a VPC', async () => {
    const made = (await aws(
      'ec2',
      'create-vpc',
      '--cidr-block',
      '10.0.0.0/16',
      '--tag-specifications',
      'ResourceType=vpc,Tags=[{Key=owner,Value=me}]',
    )) as {
      Vpc: { VpcId: string };
    };
    account.pass(5);
    const seen = (await aws('ec2', 'describe-vpcs', '--vpc-ids', made.Vpc.VpcId)) as { Vpcs: { CidrBlock: string; Tags: object[] }[] };
    assert.deepEqual([seen.Vpcs[0]?.CidrBlock, seen.Vpcs[0]?.Tags], ['10.0.0.0/16', [{ Key: 'owner', Value: 'me' }]]);
    await aws('ec2', 'delete-vpc', '--vpc-id', made.Vpc.VpcId);
    await assert.rejects(aws('ec2', 'describe-vpcs', '--vpc-ids', made.Vpc.VpcId), /InvalidVpcID\.NotFound/);
  }).timeout(60_000);

  it('asks every protocol', async () => {
    const identity = (await aws('sts', 'get-caller-identity')) as { Arn: string };
    assert.equal(identity.Arn, account.world.callerArn);
    assert.deepEqual(await aws('eks', 'list-clusters'), { clusters: [] });
    const quota = (await aws('service-quotas', 'get-service-quota', '--service-code', 'vpc', '--quota-code', 'L-F678F1CE')) as {
      Quota: { Value: number };
    };
    assert.equal(quota.Quota.Value, 5);
    const zone = (await aws('route53', 'create-hosted-zone', '--name', 'cauchy.link', '--caller-reference', 'canary')) as {
      HostedZone: { Name: string };
    };
    assert.equal(zone.HostedZone.Name, 'cauchy.link.');
    assert.deepEqual(await aws('autoscaling', 'describe-auto-scaling-groups'), { AutoScalingGroups: [] });
    assert.deepEqual(await aws('elbv2', 'describe-load-balancers'), { LoadBalancers: [] });
    assert.deepEqual(((await aws('s3api', 'list-buckets')) as { Buckets: object[] }).Buckets, []);
  }).timeout(120_000);
});
