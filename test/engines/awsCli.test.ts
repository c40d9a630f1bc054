import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { printedLines } from '../../src/runner/commandLines.ts';
import { offlineGraph } from '../../src/runner/connection.ts';
import { startAccount, type TestAccount } from '../rehearsal/account.ts';
import { openSession } from '../stages/productSession.ts';

const YAML = 'name: cauchy\nregion: us-west-2\ntags:\n  team: a=b\n';
const run = promisify(execFile);

/** Which line answers what stands for a placeholder. */
const ANSWERS: readonly (readonly [RegExp, ...string[]])[] = [
  [/describe-availability-zones/, '<ZONE-1-ID>', '<ZONE-2-ID>'],
  [/create-vpc /, '<VPC-ID>'],
  [/create-internet-gateway /, '<INTERNET-GATEWAY-ID>'],
  [/create-subnet .*public\/10\.0\.0\.0/, '<PUBLIC-SUBNET-1-ID>'],
  [/create-subnet .*public\/10\.0\.128\.0/, '<PUBLIC-SUBNET-2-ID>'],
  [/create-subnet .*private\/10\.0\.16\.0/, '<PRIVATE-SUBNET-1-ID>'],
  [/create-subnet .*private\/10\.0\.144\.0/, '<PRIVATE-SUBNET-2-ID>'],
  [/allocate-address .*address\/10\.0\.0\.0/, '<ALLOCATION-ID-FOR-10.0.0.0-20>'],
  [/allocate-address .*address\/10\.0\.128\.0/, '<ALLOCATION-ID-FOR-10.0.128.0-20>'],
  [/create-nat-gateway .*nat\/10\.0\.0\.0/, '<NAT-GATEWAY-ID-FOR-10.0.0.0-20>'],
  [/create-nat-gateway .*nat\/10\.0\.128\.0/, '<NAT-GATEWAY-ID-FOR-10.0.128.0-20>'],
  [/create-route-table .*routes\/public/, '<ROUTES-PUBLIC-ID>'],
  [/create-route-table .*private\/10\.0\.16\.0/, '<ROUTES-PRIVATE-10.0.16.0-20-ID>'],
  [/create-route-table .*private\/10\.0\.144\.0/, '<ROUTES-PRIVATE-10.0.144.0-20-ID>'],
];

function networkLines(): readonly string[] {
  const { spec } = parsePlatform(YAML, '/platform.yml');
  assert.ok(spec);
  return printedLines(offlineGraph(spec), ['vpc'], 'posix').map(({ line }) => line);
}

/**
 * The AWS CLI reads the rehearsal's wire with other eyes (botocore's service models). Each of its calls takes most of a second of a core,
 * so it is no part of `npm test`. Skipped, and counted so, where it is not installed.
 */
describe('rehearsed account, seen by the AWS CLI', () => {
  let account: TestAccount;
  let env: NodeJS.ProcessEnv;

  before(function () {
    if (process.platform === 'win32' || spawnSync('aws', ['--version']).status !== 0) this.skip();
  });

  beforeEach(async () => {
    account = await startAccount();
    env = {
      PATH: process.env['PATH'],
      HOME: account.folder,
      AWS_ENDPOINT_URL: account.endpoint,
      AWS_DEFAULT_REGION: 'us-west-2',
      AWS_ACCESS_KEY_ID: account.client.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.client.credentials.secretAccessKey,
      AWS_PAGER: '',
    };
  });

  afterEach(() => account.remove());

  async function aws(...words: readonly string[]): Promise<unknown> {
    const { stdout } = await run('aws', [...words, '--output', 'json'], { env });
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

  it('makes of the lines that a person would type what a plan then finds nothing wrong with', async () => {
    const known = new Map<string, string>();
    for (const line of networkLines()) {
      const typed = line.replace(/<[A-Z0-9.-]+>/g, (name) => known.get(name) ?? name);
      assert.doesNotMatch(typed, /<[A-Z0-9.-]+>/, 'the lines above it answered everything');
      const { stdout } = await run('/bin/sh', ['-c', typed], { env });
      const [, ...names] = ANSWERS.find(([pattern]) => pattern.test(line)) ?? [];
      const words = stdout.trim().split(/\s+/);
      for (const [i, name] of names.entries()) known.set(name, words[i] ?? '');
      account.pass(120);
    }
    const session = openSession({
      yaml: YAML,
      endpoint: account.endpoint,
      credentials: account.client.credentials,
      clock: { now: () => account.world.now(), sleep: () => Promise.resolve() },
      machine: { intents: new Map(), kubeconfig: new Map() },
      nextRun: () => 'run',
    });
    try {
      const plan = await session.engine().plan(session.graph, 'apply', { signal: AbortSignal.timeout(60_000), consent: new Set() });
      const network = plan.changes.filter(({ stage }) => stage === 'vpc');
      assert.deepEqual(network, []);
    } finally {
      session.close();
    }
  }).timeout(300_000);
});
