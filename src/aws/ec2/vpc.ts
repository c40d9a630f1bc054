import {
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeVpcAttributeCommand,
  ModifyVpcAttributeCommand,
  paginateDescribeVpcs,
  type Vpc,
} from '@aws-sdk/client-ec2';
import { compare } from '../../core/graph/compare.ts';
import type { Attributes, Look, Resource, ResourceId } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { read, remove, write } from '../errors.ts';
import type { VpcOut } from '../outputs.ts';
import { namedTagsOf, tagsDiffer } from '../tags.ts';
import { gatewayKind } from './internetGateway.ts';
import { answering, ec2Line, tagWords } from './commandLine.ts';
import { EC2_HIDDEN_MS, listOf, observeTagged, ofPlatform, present, retag, tagSpecifications, type Ec2Kind } from './kind.ts';
import { subnetKind } from './subnet.ts';

export function vpcKind(scope: AwsScope): Ec2Kind<Vpc, VpcOut> {
  const { aws } = scope;
  return {
    type: 'AWS::EC2::VPC',
    estimate: () => ({ createSeconds: 5, updateSeconds: 2, deleteSeconds: 5, monthlyUsd: 0 }),
    list: listOf(scope, {
      key: 'vpcs',
      pages: (o) => paginateDescribeVpcs({ client: aws.ec2 }, { Filters: ofPlatform(scope) }, o),
      itemsOf: (page) => page.Vpcs,
      idOf: (vpc) => vpc.VpcId,
    }),
    async view({ id, item }, look, depth) {
      const attributes = { cidr: item.CidrBlock, ...(depth === 'plan' ? await dnsFlags(scope, look, id) : {}) };
      if (item.State !== 'available') return { state: 'pending', outputs: { vpcId: id }, reason: 'AWS is making the VPC', attributes };
      return { state: 'ready', outputs: { vpcId: id }, attributes };
    },
    async used({ id }, look) {
      const [subnets, gateways] = await Promise.all([subnetKind(scope).list(look), gatewayKind(scope).list(look)]);
      return (
        subnets.some(({ item }) => item.VpcId === id) || gateways.some(({ item }) => item.Attachments?.some((a) => a.VpcId === id) === true)
      );
    },
    delete: (seen, ctx) => remove(aws, ctx, (o) => aws.ec2.send(new DeleteVpcCommand({ VpcId: seen.physicalId }), o)),
  };
}

/** Two requests, for AWS tells one flag at a time: only a plan needs them. */
async function dnsFlags({ aws }: AwsScope, look: Look, vpcId: string): Promise<Attributes> {
  const [support, hostnames] = await Promise.all(
    (['enableDnsSupport', 'enableDnsHostnames'] as const).map((Attribute) =>
      read(aws, look, (o) => aws.ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute }), o)),
    ),
  );
  return { dnsSupport: support?.EnableDnsSupport?.Value, dnsHostnames: hostnames?.EnableDnsHostnames?.Value };
}

export interface VpcWish {
  readonly cidr: string;
  /** The claim on the platform, made before it (design section 2, "Guard"). */
  readonly after: readonly ResourceId[];
}

/** What stands for the VPC's id in printed lines. */
const VPC_ID = '<VPC-ID>';

/** The network that everything lives in. Both DNS attributes are on: without them nodes cannot register (EKS user guide, "network requirements"). */
export function vpc(scope: AwsScope, { cidr, after }: VpcWish): Resource<VpcOut, Record<never, never>> {
  const { aws } = scope;
  const id = 'vpc';
  const title = `VPC ${cidr}`;
  const kind = vpcKind(scope);
  const tags = namedTagsOf(scope.identity, id);
  const wanted = { cidr, dnsSupport: true, dnsHostnames: true, tags };
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title,
    needs: {},
    after,
    hiddenFor: EC2_HIDDEN_MS,
    repeatable: false,
    demand: [{ quota: 'vpc:L-F678F1CE', amount: 1 }],
    observe: (look, depth) => observeTagged(scope, kind, id, tags, look, depth),
    steps: {
      plan: (seen) =>
        compare(title, seen, wanted, {
          paths: ['cidr'],
          otherwise: { refuse: 'Destroy the platform and apply again; everything in it is lost.' },
        }),
      create: async (_inputs, ctx) => {
        await write(aws, ctx, (o) =>
          aws.ec2Once.send(new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications: tagSpecifications('vpc', tags) }), o),
        );
      },
      async update(observed, _inputs, ctx) {
        const seen = present(observed);
        if (tagsDiffer(seen, tags)) return retag(scope, seen, tags, ctx);
        // One attribute a call, support first: AWS refuses host names without it.
        const change =
          seen.attributes['dnsSupport'] === true ? { EnableDnsHostnames: { Value: true } } : { EnableDnsSupport: { Value: true } };
        await write(aws, ctx, (o) => aws.ec2.send(new ModifyVpcAttributeCommand({ VpcId: seen.physicalId, ...change }), o));
      },
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    placeholders: () => ({ vpcId: VPC_ID }),
    commands: () => [
      ec2Line(aws, 'create-vpc', '--cidr-block', cidr, ...tagWords('vpc', tags), ...answering('Vpc.VpcId')),
      ec2Line(aws, 'modify-vpc-attribute', '--vpc-id', VPC_ID, '--enable-dns-support'),
      ec2Line(aws, 'modify-vpc-attribute', '--vpc-id', VPC_ID, '--enable-dns-hostnames'),
    ],
  };
}
