import {
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  ModifyVpcEndpointCommand,
  paginateDescribeVpcEndpoints,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { compare } from '../../core/graph/compare.ts';
import { NotYet } from '../../core/graph/errors.ts';
import type { Handle, Json, Resource } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { ClientToken } from '../clientToken.ts';
import { isNotFound } from '../errorCodes.ts';
import { write } from '../errors.ts';
import type { EgressOut, EndpointOut, VpcOut } from '../outputs.ts';
import { namedTagsOf, tagsDiffer } from '../tags.ts';
import { ec2Line, tagWords, word } from './commandLine.ts';
import { EC2_HIDDEN_MS, listOf, observeTagged, ofPlatform, present, retag, tagSpecifications, type Ec2Kind } from './kind.ts';

/** A deleted endpoint stays listed for a while. */
const LIFE: Readonly<Partial<Record<string, 'leaving' | 'gone'>>> = { deleting: 'leaving', deleted: 'gone' };

export function endpointKind(scope: AwsScope): Ec2Kind<VpcEndpoint, EndpointOut> {
  const { aws } = scope;
  return {
    type: 'AWS::EC2::VPCEndpoint',
    estimate: () => ({ createSeconds: 10, updateSeconds: 5, deleteSeconds: 10, monthlyUsd: 0 }),
    list: listOf(scope, {
      key: 'vpc-endpoints',
      pages: (o) => paginateDescribeVpcEndpoints({ client: aws.ec2 }, { Filters: ofPlatform(scope) }, o),
      itemsOf: (page) => page.VpcEndpoints,
      idOf: (endpoint) => endpoint.VpcEndpointId,
      lifeOf: (endpoint) => LIFE[stateOf(endpoint)] ?? 'there',
    }),
    async view({ id, item }) {
      const attributes = { vpcId: item.VpcId, serviceName: item.ServiceName, routeTableIds: [...(item.RouteTableIds ?? [])].sort() };
      const state = stateOf(item);
      if (state === 'failed' || state === 'rejected')
        return { state: 'failed', outputs: {}, reason: `AWS says that the endpoint is ${state}`, attributes };
      if (state !== 'available') return { state: 'pending', outputs: { endpointId: id }, reason: 'AWS is making the endpoint', attributes };
      return { state: 'ready', outputs: { endpointId: id }, attributes };
    },
    used: async ({ item }) => (item.RouteTableIds ?? []).length > 0,
    async delete(seen, ctx) {
      // It answers 200 also when nothing was deleted, and says so in the body.
      const { Unsuccessful = [] } = await write(aws, ctx, (o) =>
        aws.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [seen.physicalId] }), o),
      );
      const [failure] = Unsuccessful;
      if (failure?.Error !== undefined && !isNotFound(word(failure.Error.Code)))
        throw new NotYet(failure.Error.Message ?? 'AWS did not delete the endpoint', { code: failure.Error.Code });
    },
  };
}

/** The SDK writes `Available` where the wire has `available`. */
const stateOf = (endpoint: VpcEndpoint): string => word(endpoint.State).toLowerCase();

type EndpointNeeds = { readonly vpc: Handle<VpcOut>; readonly egress: readonly Handle<EgressOut>[] };

/** A gateway endpoint for S3: image layers and objects then pass no NAT gateway, at no price. Only where the file asks for it. */
export function s3Endpoint(scope: AwsScope, needs: EndpointNeeds): Resource<EndpointOut, EndpointNeeds> {
  const { aws, identity } = scope;
  const id = 's3-endpoint';
  const title = 'S3 endpoint';
  const kind = endpointKind(scope);
  const tags = namedTagsOf(identity, id);
  const token = new ClientToken(identity.platform, id);
  const ServiceName = `com.amazonaws.${aws.region}.s3`;
  const tablesOf = (egress: readonly Partial<EgressOut>[]): string[] | undefined => {
    const known = egress.flatMap((each) => each.routeTableId ?? []);
    return known.length === egress.length ? known.sort() : undefined;
  };
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title,
    needs,
    within: needs.vpc,
    hiddenFor: EC2_HIDDEN_MS,
    repeatable: 'in-run',
    observe: (look, depth) => observeTagged(scope, kind, id, tags, look, depth),
    steps: {
      plan(seen, { vpc, egress }) {
        if (seen.state === 'failed' && seen.owner === 'slipway')
          return { action: 'recreate', summary: `make ${title} anew: ${seen.reason}`, diff: [] };
        return compare(
          title,
          seen,
          { vpcId: vpc.vpcId, serviceName: ServiceName, routeTableIds: tablesOf(egress), tags },
          { paths: ['vpcId', 'serviceName'], otherwise: 'replace' },
        );
      },
      async create({ vpc, egress }, ctx) {
        const input = {
          VpcId: vpc.vpcId,
          ServiceName,
          VpcEndpointType: 'Gateway',
          RouteTableIds: egress.map((each) => each.routeTableId),
          ClientToken: token.of(ctx.run),
          TagSpecifications: tagSpecifications('vpc-endpoint', tags),
        } as const;
        await write(aws, ctx, (o) => aws.ec2.send(new CreateVpcEndpointCommand(input), o));
        token.used();
      },
      async update(observed, { egress }, ctx) {
        const seen = present(observed);
        if (tagsDiffer(seen, tags)) return retag(scope, seen, tags, ctx);
        const has = idsIn(seen.attributes['routeTableIds']);
        const wanted = egress.map((each) => each.routeTableId);
        const AddRouteTableIds = wanted.filter((table) => !has.includes(table));
        const RemoveRouteTableIds = has.filter((table) => !wanted.includes(table));
        const change = {
          ...(AddRouteTableIds.length > 0 ? { AddRouteTableIds } : {}),
          ...(RemoveRouteTableIds.length > 0 ? { RemoveRouteTableIds } : {}),
        };
        await write(aws, ctx, (o) => aws.ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: seen.physicalId, ...change }), o));
      },
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    commands: ({ vpc, egress }) => [
      ec2Line(
        aws,
        'create-vpc-endpoint',
        ...['--vpc-id', word(vpc.vpcId), '--service-name', ServiceName, '--route-table-ids', ...(tablesOf(egress) ?? [])],
        ...tagWords('vpc-endpoint', tags),
      ),
    ],
  };
}

const idsIn = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
