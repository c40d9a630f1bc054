import { AllocateAddressCommand, CreateVpcCommand, DescribeAddressesCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { FAULTS, parseFault, UnknownFault, WorldFaults, type ArmedFault } from '../../src/rehearsal/faults.ts';
import { startAccount, type TestAccount } from './account.ts';
import { refusal } from './refusal.ts';

/** Which of a hundred requests a fault strikes. */
function strikes(seed: number): readonly number[] {
  const kept: ArmedFault[] = [];
  const faults = new WorldFaults(seed, () => kept);
  faults.arm(parseFault('throttle'));
  return [...Array(100).keys()].filter(() => faults.take('throttle', 'ec2', 'DescribeVpcs'));
}

describe('rehearsal faults', () => {
  let account: TestAccount;
  let ec2: EC2Client;

  beforeEach(async () => {
    account = await startAccount();
    ec2 = new EC2Client(account.client);
  });

  afterEach(async () => {
    ec2.destroy();
    await account.remove();
  });

  const vpcs = (): Promise<unknown> => ec2.send(new DescribeVpcsCommand({}));
  const control = async (body: object): Promise<{ status: number; text: string }> => {
    const answer = await fetch(new URL('/_rehearsal/faults', account.endpoint), {
      method: 'POST',
      headers: { authorization: `Bearer ${account.world.bearerToken}` },
      body: JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  };

  it('strike by the seed: the same one the same requests', () => {
    assert.deepEqual(strikes(7), strikes(7));
    assert.notDeepEqual(strikes(7), strikes(8));
    assert.equal(strikes(7).length, 8, 'until their shots are spent');
  });

  it('are refused when they do not exist, or miss what they need', () => {
    assert.throws(() => parseFault('earthquake'), UnknownFault);
    assert.throws(() => parseFault('access-denied'), UnknownFault);
    assert.throws(() => parseFault('vpc-quota=3'), UnknownFault);
    for (const kind of FAULTS) assert.ok(kind.text.endsWith('.'), kind.name);
  });

  it('are armed and disarmed over the wire', async () => {
    assert.equal((await control({ arm: 'earthquake' })).status, 400);
    assert.equal((await control({ arm: 'vpc-quota' })).status, 200);
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))), 'VpcLimitExceeded');
    await control({ disarm: 'vpc-quota' });
    await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  });

  it('lose the answer of what was done', async () => {
    account.world.faults.arm(parseFault('lost-answer=CreateVpc'));
    const lost = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' })).catch((error: unknown) => error);
    assert.ok(lost instanceof Error && 'code' in lost && lost.code === 'ECONNRESET', String(lost));
    account.pass(5);
    assert.equal((await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length, 2);
    await ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
  });

  it('throttle and fail as each protocol does', async () => {
    const eks = new EKSClient(account.client);
    const iam = new IAMClient(account.client);
    account.world.faults.arm(parseFault('throttle=DescribeVpcs'));
    account.world.faults.arm(parseFault('throttle=ListClusters'));
    account.world.faults.arm(parseFault('throttle=ListRoles'));
    assert.equal(await refusal(vpcs()), 'RequestLimitExceeded');
    assert.equal(await refusal(eks.send(new ListClustersCommand({}))), 'ThrottlingException');
    assert.equal(await refusal(iam.send(new ListRolesCommand({}))), 'Throttling');
    account.world.faults.clear();
    account.world.faults.arm(parseFault('server-error=ListClusters'));
    assert.equal(await refusal(eks.send(new ListClustersCommand({}))), 'ServerException');
  });

  it('deny one action, in words that STS can decode', async () => {
    account.world.faults.arm(parseFault('access-denied=ec2:DescribeVpcs'));
    account.world.faults.arm(parseFault('access-denied=eks:ListClusters'));
    const denied = await vpcs().catch((error: unknown) => error);
    assert.ok(denied instanceof Error);
    assert.equal(denied.name, 'UnauthorizedOperation');
    const encoded = /Encoded authorization failure message: (\S+)$/.exec(denied.message)?.[1];
    const decoded = await new STSClient(account.client).send(new DecodeAuthorizationMessageCommand({ EncodedMessage: encoded ?? '' }));
    assert.match(decoded.DecodedMessage ?? '', /"action":"ec2:DescribeVpcs"/);
    assert.equal(await refusal(new EKSClient(account.client).send(new ListClustersCommand({}))), 'AccessDeniedException');
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', DryRun: true }))), 'DryRunOperation');
  });

  it('let the credentials expire after some requests, until they are renewed', async () => {
    account.world.faults.arm(parseFault('expired-credentials=2'));
    await vpcs();
    await vpcs();
    assert.equal(await refusal(vpcs()), 'RequestExpired');
    assert.equal(await refusal(new EKSClient(account.client).send(new ListClustersCommand({}))), 'ExpiredTokenException');
    await control({ disarm: 'expired-credentials' });
    await vpcs();
  });

  it('leave one address, and give the others back when mended', async () => {
    account.world.faults.arm(parseFault('address-quota=1'));
    assert.equal((await ec2.send(new DescribeAddressesCommand({}))).Addresses?.length, 4);
    await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    assert.equal(await refusal(ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }))), 'AddressLimitExceeded');
    account.world.faults.clear();
    await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  });

  it('turn the region off, but not IAM', async () => {
    account.world.faults.arm(parseFault('region-off'));
    assert.equal(await refusal(vpcs()), 'AuthFailure');
    assert.equal(await refusal(new EKSClient(account.client).send(new ListClustersCommand({}))), 'UnrecognizedClientException');
    await new IAMClient(account.client).send(new ListRolesCommand({}));
  });
});
