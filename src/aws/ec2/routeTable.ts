import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteRouteTableCommand,
  DisassociateRouteTableCommand,
  paginateDescribeRouteTables,
  ReplaceRouteCommand,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { compare } from '../../core/graph/compare.ts';
import type { CommandLine, Handle, Json, Present, Resource, ResourceId, StepContext } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { ClientToken } from '../clientToken.ts';
import { remove, write } from '../errors.ts';
import type { EgressOut, GatewayOut, NatOut, RouteTableOut, SubnetOut, VpcOut } from '../outputs.ts';
import { namedTagsOf, tagsDiffer, type Tags } from '../tags.ts';
import { answering, ec2Line, tagWords, word } from './commandLine.ts';
import { EC2_HIDDEN_MS, listOf, observeTagged, ofPlatform, present, retag, tagSpecifications, type Ec2Kind, type View } from './kind.ts';
import { cidrKey, type Access } from './subnet.ts';

const EVERYWHERE = '0.0.0.0/0';

/** `expected`: how many subnets it is for; it is ready when that many are associated and the default route leads somewhere. */
export function routeTableKind(scope: AwsScope, access: Access, expected = 1): Ec2Kind<RouteTable, EgressOut & RouteTableOut> {
  const { aws } = scope;
  return {
    type: 'AWS::EC2::RouteTable',
    estimate: () => ({ createSeconds: 8 + 2 * expected, updateSeconds: 3, deleteSeconds: 2 + 3 * expected, monthlyUsd: 0 }),
    list: listOf(scope, {
      key: 'route-tables',
      pages: (o) => paginateDescribeRouteTables({ client: aws.ec2 }, { Filters: ofPlatform(scope) }, o),
      itemsOf: (page) => page.RouteTables,
      idOf: (table) => table.RouteTableId,
    }),
    view: async ({ id, item }) => viewOf(id, item, access, expected),
    used: async ({ item }) => (item.Associations ?? []).length > 0,
    async delete(seen, ctx) {
      const [association] = Object.values(associationsOf(seen));
      if (association !== undefined) return disassociate(scope, association, ctx);
      await remove(aws, ctx, (o) => aws.ec2.send(new DeleteRouteTableCommand({ RouteTableId: seen.physicalId }), o));
    },
  };
}

function viewOf(id: string, table: RouteTable, access: Access, expected: number): View<EgressOut & RouteTableOut> {
  const route = table.Routes?.find((each) => each.DestinationCidrBlock === EVERYWHERE);
  const associations = (table.Associations ?? []).flatMap((each): readonly (readonly [string, string])[] =>
    each.SubnetId === undefined || each.RouteTableAssociationId === undefined || /disassociat/.test(word(each.AssociationState?.State))
      ? []
      : [[each.SubnetId, each.RouteTableAssociationId]],
  );
  const subnetIds = associations.map(([subnetId]) => subnetId).sort();
  const attributes = {
    vpcId: table.VpcId,
    defaultRoute: route?.NatGatewayId ?? route?.GatewayId ?? null,
    subnetIds,
    // Not wanted, only needed to take it apart.
    associations: Object.fromEntries(associations),
  };
  const [subnetId] = subnetIds;
  const waitsFor =
    route === undefined
      ? 'no default route yet'
      : route.State === 'blackhole'
        ? 'its default route leads nowhere'
        : subnetIds.length < expected
          ? 'not associated with its subnet yet'
          : undefined;
  if (waitsFor !== undefined || subnetId === undefined)
    return { state: 'pending', outputs: { routeTableId: id }, reason: waitsFor ?? `no ${access} subnet uses it yet`, attributes };
  return { state: 'ready', outputs: { routeTableId: id, subnetId }, attributes };
}

/** Association ids by subnet. */
function associationsOf(seen: Present): Readonly<Record<string, string>> {
  const { associations } = seen.attributes;
  return isRecord(associations)
    ? Object.fromEntries(Object.entries(associations).flatMap(([subnetId, id]) => (typeof id === 'string' ? [[subnetId, id]] : [])))
    : {};
}

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const disassociate = ({ aws }: AwsScope, AssociationId: string, ctx: StepContext): Promise<void> =>
  remove(aws, ctx, (o) => aws.ec2.send(new DisassociateRouteTableCommand({ AssociationId }), o));

type Target = { readonly GatewayId: string } | { readonly NatGatewayId: string };

interface Wish {
  readonly id: ResourceId;
  readonly title: string;
  readonly tags: Tags;
}

const planOf = (
  { title, tags }: Wish,
  seen: Parameters<typeof compare>[1],
  vpcId: string | undefined,
  defaultRoute: string | undefined,
  subnetIds: readonly string[] | undefined,
) =>
  compare(
    title,
    seen,
    { vpcId, defaultRoute, subnetIds: subnetIds === undefined ? undefined : [...subnetIds].sort(), tags },
    {
      paths: ['vpcId'],
      otherwise: { refuse: 'Destroy the platform and apply again.' },
    },
  );

async function create({ aws }: AwsScope, { tags }: Wish, token: ClientToken, vpcId: string, ctx: StepContext): Promise<void> {
  const input = { VpcId: vpcId, ClientToken: token.of(ctx.run), TagSpecifications: tagSpecifications('route-table', tags) };
  await write(aws, ctx, (o) => aws.ec2.send(new CreateRouteTableCommand(input), o));
  token.used();
}

/** The next thing that is not as wanted: tags, the default route, a subnet too few, a subnet too many. One call. */
async function update(
  scope: AwsScope,
  { tags }: Wish,
  seen: Present,
  target: Target,
  subnetIds: readonly string[],
  ctx: StepContext,
): Promise<void> {
  const { aws } = scope;
  if (tagsDiffer(seen, tags)) return retag(scope, seen, tags, ctx);
  const { defaultRoute } = seen.attributes;
  if (defaultRoute !== ('GatewayId' in target ? target.GatewayId : target.NatGatewayId)) {
    const input = { RouteTableId: seen.physicalId, DestinationCidrBlock: EVERYWHERE, ...target };
    await write(aws, ctx, async (o) => {
      if (defaultRoute === null) await aws.ec2.send(new CreateRouteCommand(input), o);
      else await aws.ec2.send(new ReplaceRouteCommand(input), o);
    });
    return;
  }
  const associations = associationsOf(seen);
  const missing = subnetIds.find((subnetId) => associations[subnetId] === undefined);
  if (missing !== undefined) {
    await write(aws, ctx, (o) => aws.ec2.send(new AssociateRouteTableCommand({ RouteTableId: seen.physicalId, SubnetId: missing }), o));
    return;
  }
  const surplus = Object.entries(associations).find(([subnetId]) => !subnetIds.includes(subnetId));
  if (surplus !== undefined) await disassociate(scope, surplus[1], ctx);
}

type PublicNeeds = { readonly vpc: Handle<VpcOut>; readonly gateway: Handle<GatewayOut>; readonly subnets: readonly Handle<SubnetOut>[] };

/** The one route table of all public subnets: everything goes to the internet gateway. */
export function publicRoutes(scope: AwsScope, needs: PublicNeeds): Resource<RouteTableOut, PublicNeeds> {
  const id = 'routes/public';
  const wish = { id, title: 'Public route table', tags: namedTagsOf(scope.identity, id) };
  const kind = routeTableKind(scope, 'public', needs.subnets.length);
  const token = new ClientToken(scope.identity.platform, id);
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title: wish.title,
    needs,
    within: needs.vpc,
    hiddenFor: EC2_HIDDEN_MS,
    repeatable: 'in-run',
    observe: (look, depth) => observeTagged(scope, kind, id, wish.tags, look, depth),
    steps: {
      plan(seen, { vpc, gateway, subnets }) {
        const known = subnets.flatMap((subnet) => subnet.subnetId ?? []);
        return planOf(wish, seen, vpc.vpcId, gateway.gatewayId, known.length === subnets.length ? known : undefined);
      },
      create: ({ vpc }, ctx) => create(scope, wish, token, vpc.vpcId, ctx),
      update: (seen, { gateway, subnets }, ctx) =>
        update(
          scope,
          wish,
          present(seen),
          { GatewayId: gateway.gatewayId },
          subnets.map((subnet) => subnet.subnetId),
          ctx,
        ),
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    placeholders: () => ({ routeTableId: placeholderOf(id) }),
    commands: ({ vpc, gateway, subnets }) =>
      commands(
        scope,
        wish,
        vpc.vpcId,
        ['--gateway-id', word(gateway.gatewayId)],
        subnets.map((subnet) => word(subnet.subnetId)),
      ),
  };
}

type PrivateNeeds = { readonly vpc: Handle<VpcOut>; readonly subnet: Handle<SubnetOut>; readonly nat: Handle<NatOut> };

/** The route table of the private subnet `cidr`: everything goes to the NAT gateway of its own zone. Who needs a way out needs this. */
export function privateRoutes(scope: AwsScope, cidr: string, needs: PrivateNeeds): Resource<EgressOut, PrivateNeeds> {
  const id = `routes/private/${cidrKey(cidr)}`;
  const wish = { id, title: `Route table of ${cidr}`, tags: namedTagsOf(scope.identity, id) };
  const kind = routeTableKind(scope, 'private');
  const token = new ClientToken(scope.identity.platform, id);
  return {
    id,
    kind: kind.type,
    provider: 'aws',
    title: wish.title,
    needs,
    within: needs.vpc,
    hiddenFor: EC2_HIDDEN_MS,
    repeatable: 'in-run',
    observe: (look, depth) => observeTagged(scope, kind, id, wish.tags, look, depth),
    steps: {
      plan: (seen, { vpc, subnet, nat }) =>
        planOf(wish, seen, vpc.vpcId, nat.natGatewayId, subnet.subnetId === undefined ? undefined : [subnet.subnetId]),
      create: ({ vpc }, ctx) => create(scope, wish, token, vpc.vpcId, ctx),
      update: (seen, { subnet, nat }, ctx) =>
        update(scope, wish, present(seen), { NatGatewayId: nat.natGatewayId }, [subnet.subnetId], ctx),
      delete: (seen, ctx) => kind.delete(seen, ctx),
    },
    estimate: kind.estimate,
    placeholders: ({ subnet }) => ({
      ...(subnet.subnetId === undefined ? {} : { subnetId: subnet.subnetId }),
      routeTableId: placeholderOf(id),
    }),
    commands: ({ vpc, subnet, nat }) =>
      commands(scope, wish, vpc.vpcId, ['--nat-gateway-id', word(nat.natGatewayId)], [word(subnet.subnetId)]),
  };
}

/** What stands for a route table's id in printed lines: `<ROUTES-PRIVATE-10.0.16.0-20-ID>`. */
const placeholderOf = (id: ResourceId): string => `<${id.replaceAll('/', '-').toUpperCase()}-ID>`;

function commands(
  { aws }: AwsScope,
  { id, tags }: Wish,
  vpcId: string | undefined,
  target: readonly string[],
  subnetIds: readonly string[],
): readonly CommandLine[] {
  const table = ['--route-table-id', placeholderOf(id)];
  return [
    ec2Line(aws, 'create-route-table', '--vpc-id', word(vpcId), ...tagWords('route-table', tags), ...answering('RouteTable.RouteTableId')),
    ec2Line(aws, 'create-route', ...table, '--destination-cidr-block', EVERYWHERE, ...target),
    ...subnetIds.map((subnetId) => ec2Line(aws, 'associate-route-table', ...table, '--subnet-id', subnetId)),
  ];
}
