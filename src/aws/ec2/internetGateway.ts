import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DetachInternetGatewayCommand,
  paginateDescribeInternetGateways,
  type InternetGateway,
} from '@aws-sdk/client-ec2';
import { compare } from '../../core/graph/compare.ts';
import type { Handle, Present, Resource, StepContext } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { remove, write } from '../errors.ts';
import type { GatewayOut, VpcOut } from '../outputs.ts';
import { namedTagsOf, tagsDiffer } from '../tags.ts';
import { answering, ec2Line, tagWords, word } from './commandLine.ts';
import { EC2_HIDDEN_MS, listOf, observeTagged, ofPlatform, present, retag, tagSpecifications, type Ec2Kind } from './kind.ts';

export function gatewayKind(scope: AwsScope): Ec2Kind<InternetGateway, GatewayOut> {
  const { aws } = scope;
  return {
    type: 'AWS::EC2::InternetGateway',
    estimate: () => ({ createSeconds: 8, updateSeconds: 2, deleteSeconds: 5, monthlyUsd: 0 }),
    list: listOf(scope, {
      key: 'internet-gateways',
      pages: (o) => paginateDescribeInternetGateways({ client: aws.ec2 }, { Filters: ofPlatform(scope) }, o),
      itemsOf: (page) => page.InternetGateways,
      idOf: (gateway) => gateway.InternetGatewayId,
    }),
    async view({ id, item }) {
      const attachment = item.Attachments?.find((each) => each.State !== 'detached');
      const attributes = { vpcId: attachment?.VpcId ?? null };
      if (attachment?.VpcId === undefined || attachment.State === 'attaching')
        return { state: 'pending', outputs: { gatewayId: id }, reason: 'not attached to the VPC yet', attributes };
      return { state: 'ready', outputs: { gatewayId: id }, attributes };
    },
    used: async ({ item }) => (item.Attachments ?? []).length > 0,
    async delete(seen, ctx) {
      const { vpcId } = seen.attributes;
      if (typeof vpcId === 'string') return detach(scope, seen, vpcId, ctx);
      await remove(aws, ctx, (o) => aws.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: seen.physicalId }), o));
    },
  };
}

const detach = ({ aws }: AwsScope, seen: Present, vpcId: string, ctx: StepContext): Promise<void> =>
  remove(aws, ctx, (o) => aws.ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: seen.physicalId, VpcId: vpcId }), o));

/** What stands for its id in printed lines. */
const GATEWAY_ID = '<INTERNET-GATEWAY-ID>';

type GatewayNeeds = {
  readonly vpc: Handle<VpcOut>;
};

/** The VPC's way to the Internet. It is there once it is attached: a NAT gateway made before that fails for good (`Gateway.NotAttached`). */
export function internetGateway(scope: AwsScope, needs: GatewayNeeds): Resource<GatewayOut, GatewayNeeds> {
  const { aws } = scope;
  const id = 'internet-gateway';
  const title = 'Internet gateway';
  const kind = gatewayKind(scope);
  const tags = namedTagsOf(scope.identity, id);
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title,
    needs,
    within: needs.vpc,
    hiddenFor: EC2_HIDDEN_MS,
    repeatable: false,
    demand: [{ quota: 'vpc:L-A4707A72', amount: 1 }],
    observe: (look, depth) => observeTagged(scope, kind, id, tags, look, depth),
    steps: {
      plan: (seen, { vpc }) => compare(title, seen, { vpcId: vpc.vpcId, tags }),
      create: async (_inputs, ctx) => {
        await write(aws, ctx, (o) =>
          aws.ec2Once.send(new CreateInternetGatewayCommand({ TagSpecifications: tagSpecifications('internet-gateway', tags) }), o),
        );
      },
      async update(observed, { vpc }, ctx) {
        const seen = present(observed);
        const attachedTo = seen.attributes['vpcId'];
        if (attachedTo === vpc.vpcId && tagsDiffer(seen, tags)) return retag(scope, seen, tags, ctx);
        if (typeof attachedTo === 'string') return detach(scope, seen, attachedTo, ctx);
        await write(aws, ctx, (o) =>
          aws.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: seen.physicalId, VpcId: vpc.vpcId }), o),
        );
      },
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    placeholders: () => ({ gatewayId: GATEWAY_ID }),
    commands: ({ vpc }) => [
      ec2Line(aws, 'create-internet-gateway', ...tagWords('internet-gateway', tags), ...answering('InternetGateway.InternetGatewayId')),
      ec2Line(aws, 'attach-internet-gateway', '--internet-gateway-id', GATEWAY_ID, '--vpc-id', word(vpc.vpcId)),
    ],
  };
}
