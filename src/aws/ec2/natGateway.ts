import { CreateNatGatewayCommand, DeleteNatGatewayCommand, paginateDescribeNatGateways, type NatGateway } from '@aws-sdk/client-ec2';
import type { Cause } from '../../core/graph/cause.ts';
import { compare } from '../../core/graph/compare.ts';
import type { Handle, Resource } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { ClientToken } from '../clientToken.ts';
import { remove, write } from '../errors.ts';
import type { AddressOut, GatewayOut, NatOut, SubnetOut } from '../outputs.ts';
import { namedTagsOf } from '../tags.ts';
import { answering, ec2Line, tagWords, word } from './commandLine.ts';
import { EC2_HIDDEN_MS, listOf, observeTagged, ofPlatform, present, retag, tagSpecifications, type Ec2Kind, type View } from './kind.ts';
import { routeTableKind } from './routeTable.ts';
import { cidrKey } from './subnet.ts';

export function natKind(scope: AwsScope): Ec2Kind<NatGateway, NatOut> {
  const { aws } = scope;
  return {
    type: 'AWS::EC2::NatGateway',
    estimate: () => ({ createSeconds: 110, updateSeconds: 2, deleteSeconds: 60, monthlyUsd: scope.prices.natGateway }),
    list: listOf(scope, {
      key: 'nat-gateways',
      pages: (o) => paginateDescribeNatGateways({ client: aws.ec2 }, { Filter: ofPlatform(scope) }, o),
      itemsOf: (page) => page.NatGateways,
      idOf: (nat) => nat.NatGatewayId,
      // A deleted one stays listed for about an hour.
      lifeOf: ({ State }) => (State === 'deleted' ? 'gone' : State === 'deleting' ? 'leaving' : 'there'),
    }),
    view: async ({ id, item }) => viewOf(id, item),
    used: async ({ id }, look) =>
      (await routeTableKind(scope, 'private').list(look)).some(
        ({ item }) => item.Routes?.some((route) => route.NatGatewayId === id) === true,
      ),
    delete: (seen, ctx) => remove(aws, ctx, (o) => aws.ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: seen.physicalId }), o)),
  };
}

function viewOf(id: string, nat: NatGateway): View<NatOut> {
  const outputs = { natGatewayId: id };
  const attributes = {
    subnetId: nat.SubnetId,
    allocationId: nat.NatGatewayAddresses?.find((each) => each.AllocationId !== undefined)?.AllocationId,
  };
  if (nat.State === 'available') return { state: 'ready', outputs, attributes };
  if (nat.State === 'failed') return { state: 'failed', outputs, attributes, ...failureOf(nat) };
  return {
    state: 'pending',
    outputs,
    reason: nat.State === 'deleting' ? 'AWS is deleting the NAT gateway' : 'AWS is making the NAT gateway',
    attributes,
  };
}

/** `FailureCode` of a failed NAT gateway (EC2 API, NatGateway). */
const FAILURES: Readonly<Record<string, string>> = {
  InsufficientFreeAddressesInSubnet: 'the public subnet has no free address left',
  'Gateway.NotAttached': 'the internet gateway was not attached to the VPC yet',
  'InvalidAllocationID.NotFound': 'its Elastic IP does not exist any more',
  'Resource.AlreadyAssociated': 'its Elastic IP is in use by something else',
  InternalError: 'AWS had a problem of its own',
  'InvalidSubnetID.NotFound': 'its subnet does not exist any more',
};

const failureOf = ({
  FailureCode: code = '',
  FailureMessage: message = '',
}: NatGateway): { readonly reason: string; readonly cause: Cause } => ({
  reason: FAILURES[code] ?? 'AWS could not make it, and does not say why',
  cause: { code: 'nat-failed', message: [code, message].filter((part) => part !== '').join(': ') },
});

type NatNeeds = {
  readonly subnet: Handle<SubnetOut>;
  readonly address: Handle<AddressOut>;
  /** Data it does not use: but it fails for good if the gateway is not attached before. */
  readonly gateway: Handle<GatewayOut>;
};

/** The way out for private subnets of one zone, in the zone's *public* subnet `cidr`. */
export function natGateway(scope: AwsScope, cidr: string, needs: NatNeeds): Resource<NatOut, NatNeeds> {
  const { aws, identity } = scope;
  const id = `nat/${cidrKey(cidr)}`;
  const title = `NAT gateway for ${cidr}`;
  const kind = natKind(scope);
  const tags = namedTagsOf(identity, id);
  const token = new ClientToken(identity.platform, id);
  const placeholder = `<NAT-GATEWAY-ID-FOR-${cidrKey(cidr)}>`;
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title,
    needs,
    within: needs.subnet,
    hiddenFor: EC2_HIDDEN_MS,
    repeatable: 'in-run',
    demand: [{ quota: 'vpc:L-FE5A380F', amount: 1 }],
    observe: (look, depth) => observeTagged(scope, kind, id, tags, look, depth),
    steps: {
      plan(seen, { subnet, address }) {
        if (seen.state === 'failed' && seen.owner === 'slipway')
          return { action: 'recreate', summary: `make ${title} anew: ${seen.reason}`, diff: [] };
        return compare(
          title,
          seen,
          { subnetId: subnet.subnetId, allocationId: address.allocationId, tags },
          { paths: ['subnetId', 'allocationId'], otherwise: 'replace' },
        );
      },
      async create({ subnet, address }, ctx) {
        const input = {
          SubnetId: subnet.subnetId,
          AllocationId: address.allocationId,
          ClientToken: token.of(ctx.run),
          TagSpecifications: tagSpecifications('natgateway', tags),
        };
        await write(aws, ctx, (o) => aws.ec2.send(new CreateNatGatewayCommand(input), o));
        token.used();
      },
      update: (seen, _inputs, ctx) => retag(scope, present(seen), tags, ctx),
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    placeholders: () => ({ natGatewayId: placeholder }),
    commands: ({ subnet, address }) => [
      ec2Line(
        scope.aws,
        'create-nat-gateway',
        ...['--subnet-id', word(subnet.subnetId), '--allocation-id', word(address.allocationId)],
        ...tagWords('natgateway', tags),
        ...answering('NatGateway.NatGatewayId'),
      ),
      ec2Line(scope.aws, 'wait', 'nat-gateway-available', '--nat-gateway-ids', placeholder),
    ],
  };
}
