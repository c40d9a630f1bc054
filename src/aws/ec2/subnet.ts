import { CreateSubnetCommand, DeleteSubnetCommand, paginateDescribeSubnets, type Subnet } from '@aws-sdk/client-ec2';
import { compare } from '../../core/graph/compare.ts';
import type { Handle, Resource } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { remove, write } from '../errors.ts';
import type { SubnetOut, VpcOut, ZonesOut } from '../outputs.ts';
import { namedTagsOf, type Tags } from '../tags.ts';
import { answering, ec2Line, tagWords, word } from './commandLine.ts';
import { EC2_HIDDEN_MS, listOf, observeTagged, ofPlatform, present, retag, tagSpecifications, type Ec2Kind } from './kind.ts';

export type Access = 'public' | 'private';

export function subnetKind(scope: AwsScope): Ec2Kind<Subnet, SubnetOut> {
  const { aws } = scope;
  return {
    type: 'AWS::EC2::Subnet',
    estimate: () => ({ createSeconds: 5, updateSeconds: 2, deleteSeconds: 5, monthlyUsd: 0 }),
    list: listOf(scope, {
      key: 'subnets',
      pages: (o) => paginateDescribeSubnets({ client: aws.ec2 }, { Filters: ofPlatform(scope) }, o),
      itemsOf: (page) => page.Subnets,
      idOf: (subnet) => subnet.SubnetId,
    }),
    async view({ id, item }) {
      const outputs = { subnetId: id, zoneId: item.AvailabilityZoneId ?? '' };
      const attributes = { vpcId: item.VpcId, cidr: item.CidrBlock, zoneId: item.AvailabilityZoneId };
      if (item.State !== 'available') return { state: 'pending', outputs, reason: 'AWS is making the subnet', attributes };
      return { state: 'ready', outputs, attributes };
    },
    // EC2 allows one subnet of a CIDR in a VPC, so there are no twins to choose from.
    used: async () => false,
    delete: (seen, ctx) => remove(aws, ctx, (o) => aws.ec2.send(new DeleteSubnetCommand({ SubnetId: seen.physicalId }), o)),
  };
}

export interface SubnetWish {
  readonly access: Access;
  readonly cidr: string;
  /** Its place in the list, which is its zone's place too. */
  readonly index: number;
}

/** What load balancer controllers go by (EKS user guide, "network load balancing"). */
const ROLE_TAGS: Readonly<Record<Access, Tags>> = {
  public: { 'kubernetes.io/role/elb': '1' },
  private: { 'kubernetes.io/role/internal-elb': '1' },
};

/** `10.0.16.0/20` as part of a resource id. */
export const cidrKey = (cidr: string): string => cidr.replace('/', '-');

type SubnetNeeds = {
  readonly vpc: Handle<VpcOut>;
  readonly zones: Handle<ZonesOut>;
};

/** A subnet in the zone of its place. Public addresses are not given out at launch: nodes live in private subnets, and a public IPv4 address costs. */
export function subnet(scope: AwsScope, { access, cidr, index }: SubnetWish, needs: SubnetNeeds): Resource<SubnetOut, SubnetNeeds> {
  const { aws } = scope;
  const id = `subnet/${access}/${cidrKey(cidr)}`;
  const title = `${access === 'public' ? 'Public' : 'Private'} subnet ${cidr}`;
  const kind = subnetKind(scope);
  const tags = namedTagsOf(scope.identity, id, ROLE_TAGS[access]);
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title,
    needs,
    within: needs.vpc,
    hiddenFor: EC2_HIDDEN_MS,
    observe: (look, depth) => observeTagged(scope, kind, id, tags, look, depth),
    steps: {
      plan: (seen, { vpc, zones }) =>
        compare(
          title,
          seen,
          { vpcId: vpc.vpcId, cidr, zoneId: zones.zones?.[index]?.id, tags },
          {
            paths: ['vpcId', 'cidr', 'zoneId'],
            otherwise: { refuse: 'Destroy the platform and apply again; everything in the subnet is lost.' },
          },
        ),
      create: async ({ vpc, zones }, ctx) => {
        const input = {
          VpcId: vpc.vpcId,
          CidrBlock: cidr,
          AvailabilityZoneId: zones.zones[index]?.id,
          TagSpecifications: tagSpecifications('subnet', tags),
        };
        await write(aws, ctx, (o) => aws.ec2.send(new CreateSubnetCommand(input), o));
      },
      update: (seen, _inputs, ctx) => retag(scope, present(seen), tags, ctx),
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    placeholders: () => ({ subnetId: `<${access.toUpperCase()}-SUBNET-${index + 1}-ID>` }),
    commands: ({ vpc, zones }) => [
      ec2Line(
        aws,
        'create-subnet',
        ...['--vpc-id', word(vpc.vpcId), '--cidr-block', cidr, '--availability-zone-id', word(zones.zones?.[index]?.id)],
        ...tagWords('subnet', tags),
        ...answering('Subnet.SubnetId'),
      ),
    ],
  };
}
