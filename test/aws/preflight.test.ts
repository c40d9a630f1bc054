import assert from 'node:assert/strict';
import { preflight } from '../../src/aws/preflight.ts';
import { priceBook } from '../../src/aws/prices.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { QuotaDemand } from '../../src/core/graph/resource.ts';
import { fails, lookWith, scriptedAws, type Script } from './scriptedAws.ts';

const healthy: Script = {
  DescribeSpotPriceHistory: () => ({ SpotPriceHistory: [] }),
  GetServiceQuota: () => ({ Quota: { Value: 5 } }),
  DescribeAddresses: () => ({ Addresses: [] }),
  DescribeVpcs: fails('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.'),
  CreateVpc: fails('DryRunOperation'),
  CreateInternetGateway: fails('DryRunOperation'),
  AllocateAddress: fails('DryRunOperation'),
  GetCallerIdentity: () => ({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/ada' }),
  SimulatePrincipalPolicy: ({ ActionNames }) => ({
    EvaluationResults: (ActionNames as readonly string[]).map((EvalActionName) => ({ EvalActionName, EvalDecision: 'allowed' })),
  }),
  GetEbsEncryptionByDefault: () => ({ EbsEncryptionByDefault: false }),
  DescribeVpcBlockPublicAccessOptions: () => ({ VpcBlockPublicAccessOptions: { InternetGatewayBlockMode: 'off' } }),
};
const twoAddresses: readonly QuotaDemand[] = [{ quota: 'ec2:L-0263D0A3', amount: 2 }];

async function check(change: Script = {}, demand: readonly QuotaDemand[] = twoAddresses) {
  const { aws, sent, operations } = scriptedAws({ ...healthy, ...change });
  const prices = priceBook('us-west-2');
  const compute = { instanceTypes: ['t3.small'], capacity: 'spot', min: 12, desired: 14, desiredWritten: false, max: 16 } as const;
  const findings = await preflight(
    { aws, identity: { platform: 'cauchy', tags: {} }, prices, compute, zones: 2, now: () => 0 },
    lookWith(),
    demand,
  );
  return { findings, sent, prices, operations: operations() };
}

const brief = (findings: readonly Finding[]) => findings.map(({ code, severity, message }) => `${severity} ${code}: ${message}`);

describe('preflight of AWS', () => {
  it('has nothing to say where all is well', async () => {
    assert.deepEqual((await check()).findings, []);
  });

  it('asks for nothing but prices when nothing is created', async () => {
    assert.deepEqual((await check({}, [])).operations, ['DescribeSpotPriceHistory']);
  });

  it('counts what is there against the quota, of everyone in the account', async () => {
    const { findings } = await check({ DescribeAddresses: () => ({ Addresses: [{}, {}, {}, {}] }) });
    assert.match(brief(findings).join('\n'), /^error quota: The platform needs 2 Elastic IPs, 1 of 5 left in us-west-2: /);
  });

  it('takes AWS’s default where the account has no value of its own', async () => {
    const { findings } = await check({
      GetServiceQuota: fails('NoSuchResourceException'),
      GetAWSDefaultServiceQuota: () => ({ Quota: { Value: 1 } }),
    });
    assert.match(brief(findings).join('\n'), /needs 2 Elastic IPs, 1 of 1 left/);
  });

  it('counts NAT gateways by zone and Spot by vCPU', async () => {
    const { findings } = await check(
      {
        DescribeNatGateways: () => ({
          NatGateways: [1, 2, 3, 4, 5].map(() => ({ NatGatewayAddresses: [{ AvailabilityZoneId: 'usw2-az1' }] })),
        }),
        DescribeInstances: () => ({
          Reservations: [
            {
              Instances: [
                { InstanceType: 't3.small', InstanceLifecycle: 'spot', CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 } },
                { InstanceType: 'p4d.24xlarge', InstanceLifecycle: 'spot', CpuOptions: { CoreCount: 48, ThreadsPerCore: 2 } },
                { InstanceType: 't3.small', CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 } },
              ],
            },
          ],
        }),
      },
      [
        { quota: 'vpc:L-FE5A380F', amount: 2 },
        { quota: 'ec2:L-34B43A08', amount: 28 },
      ],
    );
    const lines = brief(findings);
    assert.match(lines[0] ?? '', /needs 1 NAT gateway in one zone, 0 of 5 left/);
    assert.match(lines[1] ?? '', /needs 28 Spot vCPUs, 3 of 5 left/);
  });

  it('only informs, once, where quotas may not be read', async () => {
    const { findings } = await check({ GetServiceQuota: fails('AccessDeniedException', 'no') }, [
      ...twoAddresses,
      { quota: 'vpc:L-F678F1CE', amount: 1 },
    ]);
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [['quota-unread', 'information']],
    );
  });

  it('names a create that a dry run denies, and what a simulation doubts', async () => {
    const { findings } = await check({
      CreateVpc: fails('UnauthorizedOperation'),
      SimulatePrincipalPolicy: () => ({ EvaluationResults: [{ EvalActionName: 'iam:PassRole', EvalDecision: 'implicitDeny' }] }),
    });
    assert.match(
      brief(findings).join('\n'),
      /^error denied: This identity may not do ec2:CreateVpc: .*\nwarning denied-likely: .* iam:PassRole/,
    );
  });

  it('creates nothing on an engine that ignores DryRun', async () => {
    const { sent } = await check({ DescribeVpcs: () => ({ Vpcs: [] }) });
    assert.deepEqual(
      sent.filter(({ operation }) => ['CreateVpc', 'CreateInternetGateway', 'AllocateAddress'].includes(operation)),
      [],
    );
  });

  it('asks about the role of a session, with its path', async () => {
    const { sent } = await check({
      GetCallerIdentity: () => ({ Account: '123456789012', Arn: 'arn:aws:sts::123456789012:assumed-role/Admins/ada' }),
      GetRole: ({ RoleName }) => ({ Role: { Arn: `arn:aws:iam::123456789012:role/teams/${String(RoleName)}` } }),
    });
    assert.equal(
      sent.find(({ operation }) => operation === 'SimulatePrincipalPolicy')?.input['PolicySourceArn'],
      'arn:aws:iam::123456789012:role/teams/Admins',
    );
  });

  it('knows the switches under which a platform comes up and does not work', async () => {
    const key = 'arn:aws:kms:us-west-2:123456789012:key/1';
    const encrypted = await check({
      GetEbsEncryptionByDefault: () => ({ EbsEncryptionByDefault: true }),
      GetEbsDefaultKmsKeyId: () => ({ KmsKeyId: key }),
    });
    assert.deepEqual(
      encrypted.findings.map(({ code, severity }) => [code, severity]),
      [['ebs-default-key', 'warning']],
    );
    const own = await check({
      GetEbsEncryptionByDefault: () => ({ EbsEncryptionByDefault: true }),
      GetEbsDefaultKmsKeyId: () => ({ KmsKeyId: 'alias/aws/ebs' }),
    });
    assert.deepEqual(own.findings, []);
    for (const [mode, severity] of [
      ['block-bidirectional', 'error'],
      ['block-ingress', 'warning'],
    ] as const) {
      const blocked = await check({
        DescribeVpcBlockPublicAccessOptions: () => ({ VpcBlockPublicAccessOptions: { InternetGatewayBlockMode: mode } }),
      });
      assert.deepEqual(
        blocked.findings.map((finding) => [finding.code, finding.severity]),
        [['block-public-access', severity]],
      );
    }
  });

  it('learns the Spot price of now: the mean over zones of each zone’s last, which AWS gives as text', async () => {
    const at = (zone: string, SpotPrice: string, hour: number) => ({
      InstanceType: 't3.small',
      AvailabilityZone: zone,
      SpotPrice,
      Timestamp: new Date(Date.UTC(2026, 10, 22, hour)),
    });
    const { prices } = await check({
      DescribeSpotPriceHistory: () => ({ SpotPriceHistory: [at('a', '0.008', 2), at('a', '0.500', 1), at('b', '0.010', 1)] }),
    });
    assert.ok(Math.abs((prices.instance('t3.small', 'spot') ?? 0) - 0.009 * 730) < 1e-9);
    const denied = await check({ DescribeSpotPriceHistory: fails('UnauthorizedOperation') });
    assert.ok(Math.abs((denied.prices.instance('t3.small', 'spot') ?? 0) - 0.0208 * 0.38 * 730) < 1e-9);
  });
});
