import {
  AuthorizeSecurityGroupEgress$,
  AuthorizeSecurityGroupIngress$,
  CreateSecurityGroup$,
  DeleteSecurityGroup$,
  DescribeSecurityGroupRules$,
  DescribeSecurityGroups$,
  RevokeSecurityGroupEgress$,
  RevokeSecurityGroupIngress$,
  type AuthorizeSecurityGroupEgressRequest,
  type AuthorizeSecurityGroupIngressRequest,
  type CreateSecurityGroupRequest,
  type CreateSecurityGroupResult,
  type DeleteSecurityGroupRequest,
  type DeleteSecurityGroupResult,
  type DescribeSecurityGroupRulesRequest,
  type DescribeSecurityGroupRulesResult,
  type DescribeSecurityGroupsRequest,
  type DescribeSecurityGroupsResult,
  type IpPermission,
  type RevokeSecurityGroupEgressRequest,
  type RevokeSecurityGroupIngressRequest,
  type SecurityGroup,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { AwsError, read, write, type Call, type Operation } from '../service.ts';
import type { World } from '../world.ts';
import { announce, filtered, found, foundAll, paged, removed, specifiedTags, tagList, type FilterFields } from './common.ts';
import { born, ec2Of, visible, type Ec2State, type GroupRuleRecord, type SecurityGroupRecord } from './state.ts';

const FILTERS: FilterFields<SecurityGroupRecord> = {
  'group-id': (group) => group.id,
  'group-name': (group) => group.name,
  'vpc-id': (group) => group.vpcId,
  description: (group) => group.description,
  'ip-permission.group-id': (group) => group.rules.filter((rule) => !rule.egress).flatMap((rule) => rule.groupId ?? []),
  'ip-permission.cidr': (group) => group.rules.filter((rule) => !rule.egress).flatMap((rule) => rule.cidr ?? []),
  'egress.ip-permission.group-id': (group) => group.rules.filter((rule) => rule.egress).flatMap((rule) => rule.groupId ?? []),
  'egress.ip-permission.cidr': (group) => group.rules.filter((rule) => rule.egress).flatMap((rule) => rule.cidr ?? []),
};

function createSecurityGroup(world: World, { input, region }: Call<CreateSecurityGroupRequest>): CreateSecurityGroupResult {
  const state = ec2Of(world, region);
  const vpc = found(world, 'vpc', state.vpcs, input.VpcId, 'vpcId');
  const { GroupName: name = '', Description: description = '' } = input;
  const tags = specifiedTags(input.TagSpecifications, 'security-group');
  if (name.startsWith('sg-'))
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${name}) for parameter groupName is invalid. Group names may not be in the format sg-*`,
    );
  if (state.securityGroups.some((each) => each.vpcId === vpc.id && each.name === name)) {
    throw new AwsError('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpc.id}'`);
  }
  const all: GroupRuleRecord = { id: world.id('sgr'), egress: true, protocol: '-1', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' };
  const group: SecurityGroupRecord = { ...born(world, 'sg', tags), vpcId: vpc.id, name, description, rules: [all] };
  state.securityGroups.push(group);
  announce(world, 'SecurityGroup', group);
  return { GroupId: group.id, SecurityGroupArn: arnOf(world, region, group), Tags: tagList(group) };
}

function describeSecurityGroups(world: World, { input, region }: Call<DescribeSecurityGroupsRequest>): DescribeSecurityGroupsResult {
  const all = foundAll(world, 'securityGroup', ec2Of(world, region).securityGroups, input.GroupIds);
  const named = input.GroupNames === undefined ? all : all.filter((each) => input.GroupNames?.includes(each.name));
  const { items, next } = paged(filtered(named, input.Filters, { ...FILTERS, 'owner-id': () => world.account }), input, input.GroupIds);
  return { SecurityGroups: items.map((each) => presented(world, region, each)), ...next };
}

function deleteSecurityGroup(world: World, { input, region }: Call<DeleteSecurityGroupRequest>): DeleteSecurityGroupResult {
  const state = ec2Of(world, region);
  const group = found(world, 'securityGroup', state.securityGroups, input.GroupId, 'groupId');
  if (group.name === 'default')
    throw new AwsError('CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`);
  const used = state.networkInterfaces.some((each) => each.groupIds.includes(group.id));
  const referred = state.securityGroups.some((each) => each !== group && each.rules.some((rule) => rule.groupId === group.id));
  if (used || referred) throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`);
  state.securityGroups = removed(state.securityGroups, group);
  return { Return: true, GroupId: group.id };
}

type ChangeRequest =
  | AuthorizeSecurityGroupIngressRequest
  | AuthorizeSecurityGroupEgressRequest
  | RevokeSecurityGroupIngressRequest
  | RevokeSecurityGroupEgressRequest;

function authorize(egress: boolean) {
  return (world: World, { input, region }: Call<ChangeRequest>): { Return: boolean; SecurityGroupRules: SecurityGroupRule[] } => {
    const group = found(world, 'securityGroup', ec2Of(world, region).securityGroups, input.GroupId, 'groupId');
    const wanted = rulesOf(input, egress).map((rule) => ({ ...rule, id: world.id('sgr') }));
    const twin = wanted.find((rule) => group.rules.some((each) => same(each, rule)));
    if (twin !== undefined) {
      const peer = twin.cidr ?? twin.groupId ?? '';
      throw new AwsError(
        'InvalidPermission.Duplicate',
        `the specified rule "peer: ${peer}, ${twin.protocol}, from port: ${String(twin.fromPort)}, to port: ${String(twin.toPort)}, ALLOW" already exists`,
      );
    }
    group.rules.push(...wanted);
    return { Return: true, SecurityGroupRules: wanted.map((rule) => presentedRule(world, group, rule)) };
  };
}

function revoke(egress: boolean) {
  return (world: World, { input, region }: Call<ChangeRequest>): { Return: boolean } => {
    const group = found(world, 'securityGroup', ec2Of(world, region).securityGroups, input.GroupId, 'groupId');
    const ids = 'SecurityGroupRuleIds' in input ? (input.SecurityGroupRuleIds ?? []) : [];
    const unwanted = rulesOf(input, egress);
    const gone = (rule: GroupRuleRecord): boolean => ids.includes(rule.id) || unwanted.some((each) => same(each, rule));
    if (!group.rules.some(gone))
      throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
    group.rules = group.rules.filter((rule) => !gone(rule));
    return { Return: true };
  };
}

function rulesOf(input: ChangeRequest, egress: boolean): readonly GroupRuleRecord[] {
  const short: IpPermission = {
    IpProtocol: input.IpProtocol,
    FromPort: input.FromPort,
    ToPort: input.ToPort,
    ...(input.CidrIp !== undefined && { IpRanges: [{ CidrIp: input.CidrIp }] }),
  };
  const permissions = input.IpPermissions ?? (input.IpProtocol === undefined ? [] : [short]);
  return permissions.flatMap((permission) => {
    const base = {
      id: '',
      egress,
      protocol: permission.IpProtocol ?? '-1',
      fromPort: permission.FromPort ?? -1,
      toPort: permission.ToPort ?? -1,
    };
    const ranges = (permission.IpRanges ?? []).map((range) => ({ ...base, cidr: range.CidrIp ?? '', ...described(range.Description) }));
    const groups = (permission.UserIdGroupPairs ?? []).map((pair) => ({
      ...base,
      groupId: pair.GroupId ?? '',
      ...described(pair.Description),
    }));
    return [...ranges, ...groups];
  });
}

function described(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}

function same(one: GroupRuleRecord, other: GroupRuleRecord): boolean {
  return (
    one.egress === other.egress &&
    one.protocol === other.protocol &&
    one.fromPort === other.fromPort &&
    one.toPort === other.toPort &&
    one.cidr === other.cidr &&
    one.groupId === other.groupId
  );
}

function describeSecurityGroupRules(
  world: World,
  { input, region }: Call<DescribeSecurityGroupRulesRequest>,
): DescribeSecurityGroupRulesResult {
  const rows = ruleRows(world, ec2Of(world, region)).filter((row) => input.SecurityGroupRuleIds?.includes(row.rule.id) ?? true);
  const fields: FilterFields<(typeof rows)[number]> = { 'group-id': (row) => row.group.id, 'security-group-rule-id': (row) => row.rule.id };
  const { items, next } = paged(filtered(rows, input.Filters, fields), input, input.SecurityGroupRuleIds);
  return { SecurityGroupRules: items.map((row) => presentedRule(world, row.group, row.rule)), ...next };
}

function ruleRows(
  world: World,
  state: Ec2State,
): readonly { readonly group: SecurityGroupRecord; readonly rule: GroupRuleRecord; readonly tags: Record<string, string> }[] {
  return state.securityGroups
    .filter((each) => visible(world, each))
    .flatMap((group) => group.rules.map((rule) => ({ group, rule, tags: {} })));
}

function presentedRule(world: World, group: SecurityGroupRecord, rule: GroupRuleRecord): SecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: world.account,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...(rule.cidr !== undefined && { CidrIpv4: rule.cidr }),
    ...(rule.groupId !== undefined && { ReferencedGroupInfo: { GroupId: rule.groupId, UserId: world.account } }),
    ...(rule.description !== undefined && { Description: rule.description }),
    Tags: [],
  };
}

function permissions(world: World, rules: readonly GroupRuleRecord[]): IpPermission[] {
  return rules.map((rule) => ({
    IpProtocol: rule.protocol,
    ...(rule.fromPort !== -1 && { FromPort: rule.fromPort, ToPort: rule.toPort }),
    IpRanges:
      rule.cidr === undefined ? [] : [{ CidrIp: rule.cidr, ...(rule.description !== undefined && { Description: rule.description }) }],
    Ipv6Ranges: [],
    PrefixListIds: [],
    UserIdGroupPairs: rule.groupId === undefined ? [] : [{ GroupId: rule.groupId, UserId: world.account }],
  }));
}

function presented(world: World, region: string, group: SecurityGroupRecord): SecurityGroup {
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: world.account,
    SecurityGroupArn: arnOf(world, region, group),
    IpPermissions: permissions(
      world,
      group.rules.filter((rule) => !rule.egress),
    ),
    IpPermissionsEgress: permissions(
      world,
      group.rules.filter((rule) => rule.egress),
    ),
    Tags: tagList(group),
  };
}

function arnOf(world: World, region: string, group: SecurityGroupRecord): string {
  return `arn:aws:ec2:${region}:${world.account}:security-group/${group.id}`;
}

export const SECURITY_GROUP_OPERATIONS: readonly Operation[] = [
  write(CreateSecurityGroup$, createSecurityGroup),
  read(DescribeSecurityGroups$, describeSecurityGroups),
  write(DeleteSecurityGroup$, deleteSecurityGroup),
  write(AuthorizeSecurityGroupIngress$, authorize(false)),
  write(AuthorizeSecurityGroupEgress$, authorize(true)),
  write(RevokeSecurityGroupIngress$, revoke(false)),
  write(RevokeSecurityGroupEgress$, revoke(true)),
  read(DescribeSecurityGroupRules$, describeSecurityGroupRules),
];
