import { CreateSubnetCommand, CreateVpcCommand, DeleteSubnetCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingClient, DescribeLoadBalancersCommand as DescribeClassicCommand } from '@aws-sdk/client-elastic-load-balancing';
import {
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  DeleteTargetGroupCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type Change,
} from '@aws-sdk/client-route-53';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import assert from 'node:assert/strict';
import { makeLoadBalancer } from '../../src/rehearsal/elb/loadBalancers.ts';
import { startAccount, type TestAccount } from './account.ts';
import { present, refusal } from './refusal.ts';

describe('rehearsed services around EC2', () => {
  let account: TestAccount;

  beforeEach(async () => {
    account = await startAccount();
  });

  afterEach(async () => {
    await account.remove();
  });

  it('knows quotas that were applied, defaults of the others, and refuses the rest', async () => {
    const quotas = new ServiceQuotasClient(account.client);
    const spot = await quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-34B43A08' }));
    assert.equal(spot.Quota?.Value, 64);
    const clusters = { ServiceCode: 'eks', QuotaCode: 'L-1194D53C' };
    assert.equal(await refusal(quotas.send(new GetServiceQuotaCommand(clusters))), 'NoSuchResourceException');
    assert.equal((await quotas.send(new GetAWSDefaultServiceQuotaCommand(clusters))).Quota?.Value, 100);
    const first = await quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'vpc', MaxResults: 4 }));
    const second = await quotas.send(
      new ListServiceQuotasCommand({ ServiceCode: 'vpc', MaxResults: 4, NextToken: present(first.NextToken) }),
    );
    assert.deepEqual([first.Quotas?.length, second.Quotas?.length, second.NextToken], [4, 2, undefined]);
  });

  it('lists prices as JSON texts', async () => {
    const pricing = new PricingClient({ ...account.client, region: 'us-east-1' });
    const answer = await pricing.send(
      new GetProductsCommand({
        ServiceCode: 'AmazonEC2',
        Filters: [
          { Type: 'TERM_MATCH', Field: 'instanceType', Value: 't3.small' },
          { Type: 'TERM_MATCH', Field: 'regionCode', Value: 'us-west-2' },
        ],
      }),
    );
    assert.equal(answer.PriceList?.length, 1);
    assert.match(String(answer.PriceList?.[0]), /"USD":"0\.0208000000"/);
  });

  it('keeps subnets that a load balancer stands on, until some time after it went', async () => {
    const ec2 = new EC2Client(account.client);
    const vpc = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    account.pass(5);
    const made = await ec2.send(new CreateSubnetCommand({ VpcId: vpc.Vpc?.VpcId ?? '', CidrBlock: '10.0.0.0/20' }));
    account.pass(5);
    const SubnetId = present(made.Subnet?.SubnetId);
    const name = 'a0123456789abcdef0123456789abcde';
    makeLoadBalancer(account.world, 'us-west-2', {
      type: 'network',
      name,
      subnetIds: [SubnetId],
      groupIds: [],
      ports: [80, 443],
      tags: { 'kubernetes.io/service-name': 'ingress-nginx/ingress-nginx-controller' },
    });
    const elb = new ElasticLoadBalancingV2Client(account.client);
    const [balancer] = (await elb.send(new DescribeLoadBalancersCommand({ Names: [name] }))).LoadBalancers ?? [];
    assert.equal(balancer?.State?.Code, 'provisioning');
    assert.match(balancer.DNSName ?? '', new RegExp(`^${name}-[a-z0-9]{16}\\.elb\\.us-west-2\\.amazonaws\\.com$`));
    const arn = present(balancer.LoadBalancerArn);
    const tags = await elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
    assert.equal(tags.TagDescriptions?.[0]?.Tags?.[0]?.Key, 'kubernetes.io/service-name');
    assert.equal(await refusal(ec2.send(new DeleteSubnetCommand({ SubnetId }))), 'DependencyViolation');
    const groups = async () => (await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups ?? [];
    const [first, second] = (await groups()).map((group) => present(group.TargetGroupArn));
    const deleted = (TargetGroupArn: string | undefined) => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    assert.deepEqual(
      (await groups()).map(({ Port, LoadBalancerArns }) => [Port, LoadBalancerArns]),
      [
        [80, [arn]],
        [443, [arn]],
      ],
    );
    assert.equal((await elb.send(new DescribeTagsCommand({ ResourceArns: [present(second)] }))).TagDescriptions?.[0]?.Tags?.length, 1);
    assert.equal(await refusal(deleted(first)), 'ResourceInUseException');
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    assert.deepEqual(
      (await groups()).map(({ LoadBalancerArns }) => LoadBalancerArns),
      [[], []],
      'left behind',
    );
    await deleted(first);
    await deleted(first);
    assert.deepEqual(
      (await groups()).map(({ TargetGroupArn }) => TargetGroupArn),
      [second],
    );
    assert.equal(await refusal(elb.send(new DescribeLoadBalancersCommand({ Names: [name] }))), 'LoadBalancerNotFoundException');
    account.pass(31);
    await ec2.send(new DeleteSubnetCommand({ SubnetId }));
    const classic = new ElasticLoadBalancingClient(account.client);
    assert.deepEqual((await classic.send(new DescribeClassicCommand({}))).LoadBalancerDescriptions, []);
    assert.equal(await refusal(classic.send(new DescribeClassicCommand({ LoadBalancerNames: ['none'] }))), 'AccessPointNotFoundException');
  });

  it('changes records as Route 53 does: all or nothing, wildcards escaped, apex without CNAME', async () => {
    const route53 = new Route53Client({ ...account.client, region: 'us-east-1' });
    const zone = await route53.send(new CreateHostedZoneCommand({ Name: 'cauchy.link', CallerReference: 'canary-1' }));
    const id = present(zone.HostedZone?.Id);
    assert.match(id, /^\/hostedzone\/Z/);
    assert.equal(zone.DelegationSet?.NameServers?.length, 4);
    assert.equal(
      await refusal(route53.send(new CreateHostedZoneCommand({ Name: 'cauchy.link', CallerReference: 'canary-1' }))),
      'HostedZoneAlreadyExists',
    );
    const change = (...Changes: Change[]): ReturnType<typeof send> => send(Changes);
    const send = (Changes: Change[]) => route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes } }));
    const cname = (Name: string): Change => ({
      Action: 'UPSERT',
      ResourceRecordSet: { Name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value: 'x.example.' }] },
    });
    const a = (Name: string, Action: Change['Action'] = 'UPSERT'): Change => ({
      Action,
      ResourceRecordSet: { Name, Type: 'A', TTL: 300, ResourceRecords: [{ Value: '192.0.2.1' }] },
    });
    const done = await change(cname('*.cauchy.link'), a('cauchy.link'));
    assert.equal(done.ChangeInfo?.Status, 'PENDING');
    account.pass(60);
    assert.equal((await route53.send(new GetChangeCommand({ Id: present(done.ChangeInfo?.Id) }))).ChangeInfo?.Status, 'INSYNC');
    assert.equal(await refusal(change(a('www.cauchy.link'), cname('cauchy.link'))), 'InvalidChangeBatch');
    assert.equal(await refusal(change(a('*.cauchy.link'))), 'InvalidChangeBatch');
    assert.equal(await refusal(change(a('laplace.link'))), 'InvalidChangeBatch');
    const listed = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: id }));
    assert.deepEqual(
      listed.ResourceRecordSets?.map((each) => `${String(each.Name)} ${String(each.Type)}`),
      ['cauchy.link. A', 'cauchy.link. NS', 'cauchy.link. SOA', '\\052.cauchy.link. CNAME'],
    );
    assert.equal(await refusal(route53.send(new DeleteHostedZoneCommand({ Id: id }))), 'HostedZoneNotEmpty');
    await change(a('cauchy.link', 'DELETE'), { ...cname('*.cauchy.link'), Action: 'DELETE' });
    await route53.send(new DeleteHostedZoneCommand({ Id: id }));
    assert.deepEqual((await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'cauchy.link' }))).HostedZones, []);
  });

  it('lists no buckets', async () => {
    assert.deepEqual((await new S3Client(account.client).send(new ListBucketsCommand({}))).Buckets ?? [], []);
  });
});
