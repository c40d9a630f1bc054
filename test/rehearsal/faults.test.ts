import {
  AllocateAddressCommand,
  CreateNatGatewayCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DescribeSubnetsCommand,
  DescribeVpcBlockPublicAccessOptionsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2';
import { CreateClusterCommand, EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FAULTS, parseFault, UnknownFault, WorldFaults, type ArmedFault } from '../../src/rehearsal/faults.ts';
import { startAccount, type TestAccount } from './account.ts';
import { RehearsedPlatform } from './eks/rehearsedPlatform.ts';
import { present, refusal } from './refusal.ts';

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
    for (const meaningless of [
      'foreign=role',
      'foreign=cluster=',
      'foreign=lake',
      'address-quota=few',
      'access-denied=*',
      'throttle=vpc',
    ]) {
      assert.throws(() => parseFault(meaningless), { name: 'UnknownFault', message: /^The fault “[\w-]+” does not take “.+”, but .+\.$/ });
    }
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

  it('let them expire in the middle of a run where no number is named: a look before it goes well', async () => {
    account.world.faults.arm(parseFault('expired-credentials'));
    for (let looks = 0; looks < 30; looks++) await vpcs();
    await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    for (let looks = 0; looks < 19; looks++) await vpcs();
    assert.equal(await refusal(vpcs()), 'RequestExpired');
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

  it('do not turn a dry run that is denied into a write', async () => {
    account.world.faults.arm(parseFault('access-denied=ec2:CreateVpc'));
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', DryRun: true }))), 'UnauthorizedOperation');
    assert.equal(await refusal(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))), 'UnauthorizedOperation');
    const logged = readFileSync(account.requestsFile, 'utf8').trim().split('\n');
    assert.deepEqual(
      logged.map((line) => (JSON.parse(line) as { mutating: boolean }).mutating),
      [false, true],
    );
  });

  it('keep every answer waiting', async () => {
    account.world.faults.arm(parseFault('slow=0.2'));
    const asked = performance.now();
    await vpcs();
    assert.ok(performance.now() - asked >= 190);
  });

  it('put somebody else’s subnet in the way', async () => {
    account.world.faults.arm(parseFault('foreign=subnet'));
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    account.pass(5);
    const wanted = new CreateSubnetCommand({ VpcId: present(Vpc?.VpcId), CidrBlock: '10.0.0.0/20' });
    assert.equal(await refusal(ec2.send(wanted)), 'InvalidSubnet.Conflict');
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [present(Vpc?.VpcId)] }] }));
    assert.equal(Subnets?.length, 1);
    assert.ok(Subnets[0]?.Tags?.every(({ Key }) => Key?.startsWith('slipway:') !== true) ?? true);
  });

  it('close the account to the internet, one way or both', async () => {
    const mode = async (): Promise<string | undefined> =>
      (await ec2.send(new DescribeVpcBlockPublicAccessOptionsCommand({}))).VpcBlockPublicAccessOptions?.InternetGatewayBlockMode;
    assert.equal(await mode(), 'off');
    account.world.faults.arm(parseFault('block-public-access'));
    assert.equal(await mode(), 'block-bidirectional');
    account.world.faults.disarm('block-public-access');
    account.world.faults.arm(parseFault('block-public-access=ingress'));
    assert.equal(await mode(), 'block-ingress');
  });

  describe('of what EKS needs', () => {
    let platform: RehearsedPlatform;

    beforeEach(() => {
      platform = new RehearsedPlatform(account);
    });

    afterEach(() => platform.destroy());

    it('let a NAT gateway fail once, in EC2’s words', async () => {
      const { publicSubnets } = await platform.ground();
      account.world.faults.arm(parseFault('nat-failed'));
      const make = async (): Promise<string> => {
        const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
        account.pass(5);
        const made = await ec2.send(new CreateNatGatewayCommand({ SubnetId: present(publicSubnets[0]), AllocationId }));
        account.pass(120);
        return present(made.NatGateway?.NatGatewayId);
      };
      const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [await make(), await make()] }));
      assert.deepEqual(NatGateways.map(({ State, FailureCode }) => `${State} ${FailureCode}`).sort(), [
        'available undefined',
        'failed InternalError',
      ]);
    });

    it('refuse the first zone, and name the others', async () => {
      const request = platform.clusterRequest(await platform.ground());
      account.world.faults.arm(parseFault('zones-refused'));
      const refused = await platform.eks.send(new CreateClusterCommand(request)).catch((error: unknown) => error);
      assert.ok(refused instanceof Error && 'validZones' in refused);
      assert.equal(refused.name, 'UnsupportedAvailabilityZoneException');
      assert.deepEqual(refused.validZones, ['us-west-2b', 'us-west-2c', 'us-west-2d']);
    });

    it('hide a new role from EKS for longer', async () => {
      const ground = await platform.ground();
      account.world.faults.arm(parseFault('iam-propagation'));
      const roleArn = await platform.role('late', 'eks.amazonaws.com', ['AmazonEKSClusterPolicy']);
      const create = (): Promise<unknown> => platform.eks.send(new CreateClusterCommand(platform.clusterRequest(ground, { roleArn })));
      account.pass(60);
      assert.equal(await refusal(create()), 'InvalidParameterException');
      account.pass(31);
      await create();
    });

    it('put a cluster and a role of somebody else in the way', async () => {
      const ground = await platform.ground();
      account.world.faults.arm(parseFault('foreign=cluster=cauchy'));
      account.world.faults.arm(parseFault('foreign=role=theirs'));
      assert.equal(await refusal(platform.eks.send(new CreateClusterCommand(platform.clusterRequest(ground)))), 'ResourceInUseException');
      assert.equal(await refusal(platform.role('theirs', 'eks.amazonaws.com')), 'EntityAlreadyExistsException');
      const { Role } = await platform.iam.send(new GetRoleCommand({ RoleName: 'theirs' }));
      assert.deepEqual(Role?.Tags ?? [], []);
    });

    it('leave room for two Spot nodes', async () => {
      const ground = await platform.ground();
      await platform.cluster(ground);
      await platform.addon('vpc-cni');
      account.world.faults.arm(parseFault('no-spot-capacity'));
      await platform.nodegroup(ground, { minSize: 3, desiredSize: 3, maxSize: 3 });
      account.pass(300);
      const { status, health } = await platform.describeNodegroup();
      assert.notEqual(status, 'ACTIVE');
      assert.deepEqual(
        health?.issues?.map(({ code }) => code),
        ['AsgInstanceLaunchFailures'],
      );
    });

    it('keep nodes from their disks: none of them joins', async () => {
      const ground = await platform.ground();
      await platform.cluster(ground);
      await platform.addon('vpc-cni');
      account.world.faults.arm(parseFault('encryption-key'));
      assert.equal((await ec2.send(new GetEbsEncryptionByDefaultCommand({}))).EbsEncryptionByDefault, true);
      assert.match((await ec2.send(new GetEbsDefaultKmsKeyIdCommand({}))).KmsKeyId ?? '', /^arn:aws:kms:us-west-2:\d{12}:key\//);
      await platform.nodegroup(ground, { minSize: 1, desiredSize: 1, maxSize: 1 });
      account.pass(901);
      assert.equal((await platform.describeNodegroup()).status, 'CREATE_FAILED');
    });
  });
});
