import {
  CreateVpcEndpoint$,
  DeleteVpcEndpoints$,
  DescribeVpcEndpoints$,
  ModifyVpcEndpoint$,
  type CreateVpcEndpointRequest,
  type CreateVpcEndpointResult,
  type DeleteVpcEndpointsRequest,
  type DeleteVpcEndpointsResult,
  type DescribeVpcEndpointsRequest,
  type DescribeVpcEndpointsResult,
  type ModifyVpcEndpointRequest,
  type ModifyVpcEndpointResult,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import {
  announce,
  filtered,
  found,
  foundAll,
  notFound,
  outsideModel,
  paged,
  specifiedTags,
  tagList,
  tokenMade,
  type FilterFields,
} from './common.ts';
import { born, ec2Of, type Ec2State, type VpcEndpointRecord } from './state.ts';

const FULL_ACCESS = JSON.stringify({ Version: '2008-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] });

const FILTERS: FilterFields<VpcEndpointRecord> = {
  'vpc-endpoint-id': (endpoint) => endpoint.id,
  'vpc-id': (endpoint) => endpoint.vpcId,
  'service-name': (endpoint) => endpoint.serviceName,
  'vpc-endpoint-type': (endpoint) => endpoint.type,
  'vpc-endpoint-state': () => 'available',
};

function createVpcEndpoint(world: World, { input, region }: Call<CreateVpcEndpointRequest>): CreateVpcEndpointResult {
  const state = ec2Of(world, region);
  const { ClientToken: token, ...rest } = input;
  const before = tokenMade(state, 'CreateVpcEndpoint', token, rest);
  const known = state.vpcEndpoints.find((each) => each.id === before.id);
  const echo = token === undefined ? {} : { ClientToken: token };
  if (known !== undefined) return { ...echo, VpcEndpoint: presented(world, known) };
  const vpc = found(world, 'vpc', state.vpcs, input.VpcId, 'vpcId');
  const serviceName = input.ServiceName ?? '';
  if (![`com.amazonaws.${region}.s3`, `com.amazonaws.${region}.dynamodb`].includes(serviceName)) {
    throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`);
  }
  if (input.VpcEndpointType !== undefined && input.VpcEndpointType !== 'Gateway') {
    throw new AwsError('InvalidParameter', `Endpoint type (${input.VpcEndpointType}) does not match available service types ([Gateway]).`);
  }
  const tables = (input.RouteTableIds ?? []).map((id) => found(world, 'routeTable', state.routeTables, id, 'routeTableId'));
  const taken = tables.find((table) =>
    table.endpointIds.some((id) => state.vpcEndpoints.some((each) => each.id === id && each.serviceName === serviceName)),
  );
  if (taken !== undefined)
    throw new AwsError('RouteAlreadyExists', `route table ${taken.id} already has a route with destination-prefix-list-id pl-68a54001`);
  const endpoint: VpcEndpointRecord = {
    ...born(world, 'vpce', specifiedTags(input.TagSpecifications, 'vpc-endpoint')),
    vpcId: vpc.id,
    serviceName,
    type: 'Gateway',
    routeTableIds: tables.map((table) => table.id),
    policy: input.PolicyDocument ?? FULL_ACCESS,
  };
  state.vpcEndpoints.push(endpoint);
  setRoutes(state, endpoint);
  before.remember(endpoint.id);
  announce(world, 'VPCEndpoint', endpoint);
  return { ...echo, VpcEndpoint: presented(world, endpoint) };
}

function describeVpcEndpoints(world: World, { input, region }: Call<DescribeVpcEndpointsRequest>): DescribeVpcEndpointsResult {
  const all = foundAll(world, 'vpcEndpoint', ec2Of(world, region).vpcEndpoints, input.VpcEndpointIds);
  const { items, next } = paged(filtered(all, input.Filters, FILTERS), input, input.VpcEndpointIds);
  return { VpcEndpoints: items.map((each) => presented(world, each)), ...next };
}

function modifyVpcEndpoint(world: World, { input, region }: Call<ModifyVpcEndpointRequest>): ModifyVpcEndpointResult {
  const state = ec2Of(world, region);
  const endpoint = found(world, 'vpcEndpoint', state.vpcEndpoints, input.VpcEndpointId, 'vpcEndpointId');
  const added = (input.AddRouteTableIds ?? []).map((id) => found(world, 'routeTable', state.routeTables, id, 'routeTableId').id);
  const left = endpoint.routeTableIds.filter((id) => !(input.RemoveRouteTableIds ?? []).includes(id));
  endpoint.routeTableIds = [...new Set([...left, ...added])];
  setRoutes(state, endpoint);
  return { Return: true };
}

function deleteVpcEndpoints(world: World, { input, region }: Call<DeleteVpcEndpointsRequest>): DeleteVpcEndpointsResult {
  const state = ec2Of(world, region);
  const unsuccessful = [];
  for (const id of input.VpcEndpointIds ?? []) {
    const endpoint = state.vpcEndpoints.find((each) => each.id === id);
    if (endpoint === undefined) {
      const error = notFound('vpcEndpoint', id);
      unsuccessful.push({ ResourceId: id, Error: { Code: error.code, Message: error.message } });
      continue;
    }
    state.vpcEndpoints = state.vpcEndpoints.filter((each) => each !== endpoint);
    for (const table of state.routeTables) table.endpointIds = table.endpointIds.filter((each) => each !== id);
  }
  return { Unsuccessful: unsuccessful };
}

function setRoutes(state: Ec2State, endpoint: VpcEndpointRecord): void {
  for (const table of state.routeTables) {
    const others = table.endpointIds.filter((each) => each !== endpoint.id);
    table.endpointIds = endpoint.routeTableIds.includes(table.id) ? [...others, endpoint.id] : others;
  }
}

function presented(world: World, endpoint: VpcEndpointRecord): VpcEndpoint {
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    State: outsideModel('available'),
    PolicyDocument: endpoint.policy,
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: [],
    Groups: [],
    NetworkInterfaceIds: [],
    DnsEntries: [],
    PrivateDnsEnabled: false,
    RequesterManaged: false,
    CreationTimestamp: new Date(endpoint.madeAt),
    OwnerId: world.account,
    Tags: tagList(endpoint),
  };
}

export const VPC_ENDPOINT_OPERATIONS: readonly Operation[] = [
  write(CreateVpcEndpoint$, createVpcEndpoint),
  read(DescribeVpcEndpoints$, describeVpcEndpoints),
  write(ModifyVpcEndpoint$, modifyVpcEndpoint),
  write(DeleteVpcEndpoints$, deleteVpcEndpoints),
];
