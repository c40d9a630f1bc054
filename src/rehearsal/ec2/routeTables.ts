import {
  AssociateRouteTable$,
  CreateRoute$,
  CreateRouteTable$,
  DeleteRoute$,
  DeleteRouteTable$,
  DescribeRouteTables$,
  DisassociateRouteTable$,
  ReplaceRoute$,
  ReplaceRouteTableAssociation$,
  type AssociateRouteTableRequest,
  type AssociateRouteTableResult,
  type CreateRouteRequest,
  type CreateRouteResult,
  type CreateRouteTableRequest,
  type CreateRouteTableResult,
  type DeleteRouteRequest,
  type DeleteRouteTableRequest,
  type DescribeRouteTablesRequest,
  type DescribeRouteTablesResult,
  type DisassociateRouteTableRequest,
  type ReplaceRouteRequest,
  type ReplaceRouteTableAssociationRequest,
  type ReplaceRouteTableAssociationResult,
  type Route,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import {
  announce,
  dependencyViolation,
  filtered,
  found,
  foundAll,
  notFound,
  paged,
  removed,
  specifiedTags,
  tagList,
  tokenMade,
  type FilterFields,
} from './common.ts';
import { stateOf } from './natGateways.ts';
import { born, ec2Of, type AssociationRecord, type Ec2State, type RouteRecord, type RouteTableRecord } from './state.ts';

const FILTERS: FilterFields<RouteTableRecord> = {
  'route-table-id': (table) => table.id,
  'vpc-id': (table) => table.vpcId,
  'association.main': (table) =>
    table.associations.length === 0 ? undefined : table.associations.map((each) => String(each.subnetId === undefined)),
  'association.route-table-association-id': (table) => table.associations.map((each) => each.id),
  'association.route-table-id': (table) => (table.associations.length === 0 ? undefined : table.id),
  'association.subnet-id': (table) => table.associations.flatMap((each) => each.subnetId ?? []),
  'route.destination-cidr-block': (table) => table.routes.map((each) => each.destination),
  'route.gateway-id': (table) => table.routes.flatMap((each) => each.gatewayId ?? []),
  'route.nat-gateway-id': (table) => table.routes.flatMap((each) => each.natGatewayId ?? []),
  'route.origin': (table) => table.routes.map((each) => each.origin),
};

function createRouteTable(world: World, { input, region }: Call<CreateRouteTableRequest>): CreateRouteTableResult {
  const state = ec2Of(world, region);
  const { ClientToken: token, ...rest } = input;
  const before = tokenMade(state, 'CreateRouteTable', token, rest);
  const echo = token === undefined ? {} : { ClientToken: token };
  const known = state.routeTables.find((each) => each.id === before.id);
  if (known !== undefined) return { ...echo, RouteTable: presented(world, state, known) };
  const vpc = found(world, 'vpc', state.vpcs, input.VpcId, 'vpcId');
  const table: RouteTableRecord = {
    ...born(world, 'rtb', specifiedTags(input.TagSpecifications, 'route-table')),
    vpcId: vpc.id,
    routes: [{ destination: vpc.cidr, gatewayId: 'local', origin: 'CreateRouteTable' }],
    associations: [],
    endpointIds: [],
  };
  state.routeTables.push(table);
  before.remember(table.id);
  announce(world, 'RouteTable', table);
  return { ...echo, RouteTable: presented(world, state, table) };
}

function describeRouteTables(world: World, { input, region }: Call<DescribeRouteTablesRequest>): DescribeRouteTablesResult {
  const state = ec2Of(world, region);
  const fields: FilterFields<RouteTableRecord> = {
    ...FILTERS,
    'owner-id': () => world.account,
    'route.state': (table) => table.routes.map((each) => routeState(world, state, table, each)),
  };
  const all = filtered(foundAll(world, 'routeTable', state.routeTables, input.RouteTableIds), input.Filters, fields);
  const { items, next } = paged(all, input, input.RouteTableIds);
  return { RouteTables: items.map((each) => presented(world, state, each)), ...next };
}

function deleteRouteTable(world: World, { input, region }: Call<DeleteRouteTableRequest>): undefined {
  const state = ec2Of(world, region);
  const table = found(world, 'routeTable', state.routeTables, input.RouteTableId, 'routeTableId');
  if (table.associations.length > 0) throw dependencyViolation('routeTable', table.id);
  state.routeTables = removed(state.routeTables, table);
  for (const endpoint of state.vpcEndpoints) endpoint.routeTableIds = endpoint.routeTableIds.filter((each) => each !== table.id);
}

function createRoute(world: World, { input, region }: Call<CreateRouteRequest>): CreateRouteResult {
  const state = ec2Of(world, region);
  const table = found(world, 'routeTable', state.routeTables, input.RouteTableId, 'routeTableId');
  const destination = destinationOf(input);
  const target = targetOf(world, state, table, input);
  if (table.routes.some((each) => each.destination === destination)) {
    throw new AwsError('RouteAlreadyExists', `The route identified by ${destination} already exists.`);
  }
  table.routes.push({ destination, ...target, origin: 'CreateRoute' });
  return { Return: true };
}

function replaceRoute(world: World, { input, region }: Call<ReplaceRouteRequest>): undefined {
  const state = ec2Of(world, region);
  const table = found(world, 'routeTable', state.routeTables, input.RouteTableId, 'routeTableId');
  const destination = destinationOf(input);
  const target = targetOf(world, state, table, input);
  const before = table.routes.find((each) => each.destination === destination);
  if (before === undefined)
    throw new AwsError(
      'InvalidParameterValue',
      `There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`,
    );
  table.routes = table.routes.map((each) => (each === before ? { destination, ...target, origin: 'CreateRoute' } : each));
}

function deleteRoute(world: World, { input, region }: Call<DeleteRouteRequest>): undefined {
  const state = ec2Of(world, region);
  const table = found(world, 'routeTable', state.routeTables, input.RouteTableId, 'routeTableId');
  const destination = destinationOf(input);
  const route = table.routes.find((each) => each.destination === destination);
  if (route === undefined)
    throw new AwsError('InvalidRoute.NotFound', `no route with destination-cidr-block ${destination} in route table ${table.id}`);
  if (route.gatewayId === 'local')
    throw new AwsError('InvalidParameterValue', `cannot remove local route ${destination} in route table ${table.id}`);
  table.routes = table.routes.filter((each) => each !== route);
}

function destinationOf(input: { readonly DestinationCidrBlock?: string | undefined }): string {
  if (input.DestinationCidrBlock === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter destinationCidrBlock');
  if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(input.DestinationCidrBlock)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${input.DestinationCidrBlock}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
    );
  }
  return input.DestinationCidrBlock;
}

type Target = Pick<RouteRecord, 'gatewayId' | 'natGatewayId' | 'networkInterfaceId'>;

function targetOf(world: World, state: Ec2State, table: RouteTableRecord, input: CreateRouteRequest | ReplaceRouteRequest): Target {
  const given = [input.GatewayId, input.NatGatewayId, input.NetworkInterfaceId].filter((each) => each !== undefined);
  if (given.length !== 1)
    throw new AwsError(
      'InvalidParameterCombination',
      'The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId',
    );
  if (input.GatewayId !== undefined) {
    const gateway = state.internetGateways.find((each) => each.id === input.GatewayId);
    if (gateway === undefined) throw new AwsError('InvalidGatewayID.NotFound', `The gateway ID '${input.GatewayId}' does not exist`);
    found(world, 'internetGateway', state.internetGateways, gateway.id, 'gatewayId');
    if (gateway.vpcId !== table.vpcId)
      throw new AwsError('InvalidParameterValue', `route table ${table.id} and network gateway ${gateway.id} belong to different networks`);
    return { gatewayId: gateway.id };
  }
  if (input.NatGatewayId !== undefined) {
    const gateway = state.natGateways.find((each) => each.id === input.NatGatewayId);
    const usable = gateway !== undefined && gateway.vpcId === table.vpcId && ['pending', 'available'].includes(stateOf(world, gateway));
    if (!usable) throw new AwsError('InvalidNatGatewayID.NotFound', `The natGateway ID '${input.NatGatewayId}' does not exist`);
    return { natGatewayId: gateway.id };
  }
  return {
    networkInterfaceId: found(world, 'networkInterface', state.networkInterfaces, input.NetworkInterfaceId, 'networkInterfaceId').id,
  };
}

function associateRouteTable(world: World, { input, region }: Call<AssociateRouteTableRequest>): AssociateRouteTableResult {
  const state = ec2Of(world, region);
  const table = found(world, 'routeTable', state.routeTables, input.RouteTableId, 'routeTableId');
  if (input.SubnetId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter subnetId');
  const subnet = found(world, 'subnet', state.subnets, input.SubnetId, 'subnetId');
  if (subnet.vpcId !== table.vpcId)
    throw new AwsError('InvalidParameterValue', `route table ${table.id} and subnet ${subnet.id} belong to different networks`);
  if (state.routeTables.some((each) => each.associations.some((association) => association.subnetId === subnet.id))) {
    throw new AwsError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${table.id} conflicts with an existing association`,
    );
  }
  const association: AssociationRecord = { id: world.id('rtbassoc'), subnetId: subnet.id };
  table.associations.push(association);
  return { AssociationId: association.id, AssociationState: { State: 'associated' } };
}

function disassociateRouteTable(world: World, { input, region }: Call<DisassociateRouteTableRequest>): undefined {
  const { table, association } = associationOf(ec2Of(world, region), input.AssociationId);
  if (association.subnetId === undefined)
    throw new AwsError('InvalidParameterValue', `cannot disassociate the main route table association ${association.id}`);
  table.associations = table.associations.filter((each) => each !== association);
}

function replaceRouteTableAssociation(
  world: World,
  { input, region }: Call<ReplaceRouteTableAssociationRequest>,
): ReplaceRouteTableAssociationResult {
  const state = ec2Of(world, region);
  const { table, association } = associationOf(state, input.AssociationId);
  const next = found(world, 'routeTable', state.routeTables, input.RouteTableId, 'routeTableId');
  table.associations = table.associations.filter((each) => each !== association);
  const moved = { ...association, id: world.id('rtbassoc') };
  next.associations.push(moved);
  return { NewAssociationId: moved.id, AssociationState: { State: 'associated' } };
}

function associationOf(
  state: Ec2State,
  id: string | undefined,
): { readonly table: RouteTableRecord; readonly association: AssociationRecord } {
  for (const table of state.routeTables) {
    const association = table.associations.find((each) => each.id === id);
    if (association !== undefined) return { table, association };
  }
  throw notFound('association', id ?? '');
}

/** A route whose target went away is a black hole. */
function routeState(world: World, state: Ec2State, table: RouteTableRecord, route: RouteRecord): 'active' | 'blackhole' {
  if (route.gatewayId !== undefined && route.gatewayId !== 'local') {
    return state.internetGateways.some((each) => each.id === route.gatewayId && each.vpcId === table.vpcId) ? 'active' : 'blackhole';
  }
  if (route.natGatewayId !== undefined) {
    const gateway = state.natGateways.find((each) => each.id === route.natGatewayId);
    return gateway !== undefined && ['pending', 'available'].includes(stateOf(world, gateway)) ? 'active' : 'blackhole';
  }
  if (route.networkInterfaceId !== undefined)
    return state.networkInterfaces.some((each) => each.id === route.networkInterfaceId) ? 'active' : 'blackhole';
  return 'active';
}

function presented(world: World, state: Ec2State, table: RouteTableRecord): RouteTable {
  const routes: Route[] = table.routes.map((route) => ({
    DestinationCidrBlock: route.destination,
    ...(route.gatewayId !== undefined && { GatewayId: route.gatewayId }),
    ...(route.natGatewayId !== undefined && { NatGatewayId: route.natGatewayId }),
    ...(route.networkInterfaceId !== undefined && { NetworkInterfaceId: route.networkInterfaceId }),
    Origin: route.origin,
    State: routeState(world, state, table, route),
  }));
  const endpoints: Route[] = table.endpointIds.map((id) => ({
    DestinationPrefixListId: 'pl-68a54001',
    GatewayId: id,
    Origin: 'CreateRoute',
    State: 'active',
  }));
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: world.account,
    Routes: [...routes, ...endpoints],
    Associations: table.associations.map((each) => ({
      RouteTableAssociationId: each.id,
      RouteTableId: table.id,
      Main: each.subnetId === undefined,
      ...(each.subnetId !== undefined && { SubnetId: each.subnetId }),
      AssociationState: { State: 'associated' },
    })),
    PropagatingVgws: [],
    Tags: tagList(table),
  };
}

export const ROUTE_TABLE_OPERATIONS: readonly Operation[] = [
  write(CreateRouteTable$, createRouteTable),
  read(DescribeRouteTables$, describeRouteTables),
  write(DeleteRouteTable$, deleteRouteTable),
  write(CreateRoute$, createRoute),
  write(ReplaceRoute$, replaceRoute),
  write(DeleteRoute$, deleteRoute),
  write(AssociateRouteTable$, associateRouteTable),
  write(DisassociateRouteTable$, disassociateRouteTable),
  write(ReplaceRouteTableAssociation$, replaceRouteTableAssociation),
];
