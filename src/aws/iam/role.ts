import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Role } from '@aws-sdk/client-iam';
import { canonical, compare } from '../../core/graph/compare.ts';
import type {
  Attributes,
  CommandLine,
  Depth,
  Estimate,
  Foreseen,
  Handle,
  Inputs,
  Json,
  Look,
  Needs,
  Observation,
  Present,
  Resource,
  ResourceId,
  StepContext,
} from '../../core/graph/resource.ts';
import type { Aws } from '../aws.ts';
import type { AwsScope } from '../awsScope.ts';
import { read, remove, write } from '../errors.ts';
import type { CallerOut, OidcOut, RoleOut } from '../outputs.ts';
import { comparableTags, nextTags, ownerOf, readTags, tagList, tagWords, tagsOf } from '../tags.ts';
import type { Tags } from '../tags.ts';
import type { PolicyOut } from './ebsPolicy.ts';
import type { Claim } from './claim.ts';
import { readTrust, serviceTrust, webIdentityTrust } from './trust.ts';

export const ROLE_ESTIMATE: Estimate = { createSeconds: 15, updateSeconds: 2, deleteSeconds: 5, monthlyUsd: 0 };

export interface RoleSpec {
  readonly id: ResourceId;
  readonly title: string;
  /** See `roleName`: unique in the account. */
  readonly name: string;
  readonly permissionsBoundary: string | undefined;
}

/** What a role should be; `undefined` is not known yet. */
interface Wanted {
  readonly trust: Json | undefined;
  /** ARNs of managed policies. Others that somebody attached are left alone. */
  readonly policies: readonly string[] | undefined;
}

/** A role that an AWS service assumes. With `claim`, it also carries the claim of the run on the whole platform. */
export function serviceRole(
  scope: AwsScope,
  spec: RoleSpec & {
    readonly service: 'eks.amazonaws.com' | 'ec2.amazonaws.com';
    /** Names below `policy/`. */ readonly policies: readonly string[];
    readonly claim?: Claim;
  },
  needs: { readonly caller: Handle<CallerOut> },
): Resource<RoleOut, typeof needs> {
  const wanted = ({ caller }: { caller: Partial<CallerOut> }): Wanted => ({
    trust: serviceTrust(spec.service),
    policies: caller.partition === undefined ? undefined : spec.policies.map((name) => `arn:${caller.partition}:iam::aws:policy/${name}`),
  });
  return role(scope, spec, needs, { then: wanted, now: wanted, foresee: ({ caller }) => foreseen(caller, spec.name) });
}

/** A role for one service account of the cluster (IRSA). */
export function webIdentityRole(
  scope: AwsScope,
  spec: RoleSpec & { readonly namespace: string; readonly serviceAccount: string },
  needs: { readonly caller: Handle<CallerOut>; readonly oidc: Handle<OidcOut>; readonly policy: Handle<PolicyOut> },
): Resource<RoleOut, typeof needs> {
  const wanted = ({ oidc: { providerArn, issuer }, policy }: { oidc: Partial<OidcOut>; policy: Partial<PolicyOut> }): Wanted => ({
    trust:
      providerArn === undefined || issuer === undefined
        ? undefined
        : webIdentityTrust({ providerArn, issuer }, spec.namespace, spec.serviceAccount),
    policies: policy.arn === undefined ? undefined : [policy.arn],
  });
  return role(scope, spec, needs, { then: wanted, now: wanted, foresee: ({ caller }) => foreseen(caller, spec.name) });
}

function foreseen({ partition, account }: Partial<CallerOut>, name: string): Partial<RoleOut> {
  return partition === undefined || account === undefined ? { name } : { name, arn: `arn:${partition}:iam::${account}:role/${name}` };
}

interface Knowledge<N extends Needs> {
  then(known: Foreseen<N>): Wanted;
  now(inputs: Inputs<N>): Wanted;
  foresee(known: Foreseen<N>): Partial<RoleOut>;
}

function role<N extends Needs>(
  scope: AwsScope,
  spec: RoleSpec & { readonly claim?: Claim },
  needs: N,
  knowledge: Knowledge<N>,
): Resource<RoleOut, N> {
  const { aws, identity } = scope;
  const { id, title, name, permissionsBoundary, claim } = spec;
  const tags = tagsOf(identity, id);
  const attributesOf = (wanted: Wanted, attached: Json | undefined): Attributes => ({
    trust: wanted.trust,
    permissionsBoundary: permissionsBoundary ?? null,
    tags,
    policies: wanted.policies === undefined ? undefined : union(attached, wanted.policies),
    ...(claim === undefined ? {} : { claim: 'ours' }),
  });
  return {
    id,
    kind: 'AWS::IAM::Role',
    provider: 'aws',
    title,
    needs,
    observe: (look, depth) => observeRole(scope, { name, tags, claim }, look, depth),
    steps: {
      plan: (seen, known) => compare(title, seen, attributesOf(knowledge.then(known), attachedIn(seen))),
      async create(inputs, ctx) {
        const { trust } = knowledge.now(inputs);
        await write(aws, ctx, (o) =>
          aws.iam.send(
            new CreateRoleCommand({
              RoleName: name,
              AssumeRolePolicyDocument: JSON.stringify(trust),
              Tags: tagList({ ...tags, ...claim?.tags(ctx.run) }),
              ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary }),
            }),
            o,
          ),
        );
      },
      async update(seen, inputs, ctx) {
        if (seen.state === 'absent' || seen.state === 'unknown') return;
        await updateRole(aws, { name, tags, claim }, seen, attributesOf(knowledge.now(inputs), attachedIn(seen)), ctx);
      },
      delete: (_seen, ctx) => deleteRole(aws, name, ctx),
      foresee: (seen, known) => (seen.state === 'ready' ? seen.outputs : knowledge.foresee(known)),
    },
    estimate: () => ROLE_ESTIMATE,
    commands: (known) => commandsOf(aws.region, spec, knowledge.then(known), tags),
  };
}

interface Named {
  readonly name: string;
  readonly tags: Tags;
  readonly claim: Claim | undefined;
}

async function observeRole(
  { aws, identity }: AwsScope,
  { name, tags, claim }: Named,
  look: Look,
  depth: Depth,
): Promise<Observation<RoleOut>> {
  const found = await getRole(aws, look, name);
  if (found?.Arn === undefined) return { state: 'absent' };
  const present = readTags(found.Tags);
  const attached = depth === 'plan' ? await attachedPolicies(aws, look, name) : undefined;
  const claimed = depth === 'plan' ? await claim?.look(look, present) : undefined;
  const base = {
    owner: ownerOf(present, identity.platform),
    physicalId: found.Arn,
    outputs: { arn: found.Arn, name },
    attributes: {
      trust: readTrust(found.AssumeRolePolicyDocument),
      permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
      tags: comparableTags(present, tags),
      ...(attached === undefined ? {} : { policies: attached }),
      ...(claimed === undefined || claimed.state === 'waiting' ? {} : { claim: claimed.state }),
    },
  };
  return claimed?.state === 'waiting' ? { ...base, state: 'pending', reason: claimed.reason } : { ...base, state: 'ready' };
}

/** One `iam:GetRole` for all who ask in one look. */
export function getRole(aws: Aws, look: Look, name: string): Promise<Role | undefined> {
  return look.share(
    `iam role ${name}`,
    async () => (await read(aws, look, (o) => aws.iam.send(new GetRoleCommand({ RoleName: name }), o)))?.Role,
  );
}

/** ARNs of the managed policies of a role, sorted; none where there is no role. */
export function attachedPolicies(aws: Aws, look: Look, name: string): Promise<readonly string[]> {
  return look.share(`iam attached ${name}`, () => listAttached(aws, look, name));
}

async function listAttached(aws: Aws, scope: { readonly signal: AbortSignal }, name: string): Promise<readonly string[]> {
  const arns: string[] = [];
  let marker: string | undefined;
  do {
    const page = await read(aws, scope, (o) => aws.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name, Marker: marker }), o));
    arns.push(...(page?.AttachedPolicies ?? []).flatMap((policy) => policy.PolicyArn ?? []));
    marker = page?.IsTruncated === true ? page.Marker : undefined;
  } while (marker !== undefined);
  return arns.sort();
}

/** The first difference, in an order in which each step leaves a role that can be used at least as before. */
async function updateRole(aws: Aws, { name, tags, claim }: Named, present: Present, wanted: Attributes, ctx: StepContext): Promise<void> {
  const seen = present.attributes;
  const differs = (path: string): boolean =>
    wanted[path] !== undefined && path in seen && canonical(seen[path]) !== canonical(wanted[path]);
  if (differs('trust')) {
    const PolicyDocument = JSON.stringify(wanted['trust']);
    return void (await write(aws, ctx, (o) => aws.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument }), o)));
  }
  if (differs('permissionsBoundary')) {
    const boundary = wanted['permissionsBoundary'];
    return void (await write(aws, ctx, (o) =>
      typeof boundary === 'string'
        ? aws.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary: boundary }), o)
        : aws.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name }), o),
    ));
  }
  if (differs('tags')) {
    const next = nextTags(present, tags);
    return void (await write(aws, ctx, (o) =>
      'remove' in next
        ? aws.iam.send(new UntagRoleCommand({ RoleName: name, TagKeys: next.remove }), o)
        : aws.iam.send(new TagRoleCommand({ RoleName: name, Tags: tagList(next.set) }), o),
    ));
  }
  if (differs('claim') && claim !== undefined) {
    return void (await write(aws, ctx, (o) => aws.iam.send(new TagRoleCommand({ RoleName: name, Tags: tagList(claim.tags(ctx.run)) }), o)));
  }
  const [missing] = strings(wanted['policies']).filter((arn) => !strings(seen['policies']).includes(arn));
  if (missing !== undefined)
    await write(aws, ctx, (o) => aws.iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: missing }), o));
}

/** One call: a policy that is still attached or written into it, and the role itself once there is none. */
export async function deleteRole(aws: Aws, name: string, ctx: StepContext): Promise<void> {
  const [attached] = await listAttached(aws, ctx, name);
  if (attached !== undefined)
    return remove(aws, ctx, (o) => aws.iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn: attached }), o));
  const inline = await read(aws, ctx, (o) => aws.iam.send(new ListRolePoliciesCommand({ RoleName: name }), o));
  const [policy] = inline?.PolicyNames ?? [];
  if (policy !== undefined)
    return remove(aws, ctx, (o) => aws.iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: policy }), o));
  await remove(aws, ctx, (o) => aws.iam.send(new DeleteRoleCommand({ RoleName: name }), o));
}

function attachedIn(seen: Observation<RoleOut> | Present): Json | undefined {
  return 'attributes' in seen ? seen.attributes['policies'] : undefined;
}

const strings = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const union = (attached: Json | undefined, wanted: readonly string[]): readonly string[] =>
  [...new Set([...strings(attached), ...wanted])].sort();

function commandsOf(region: string, { name, permissionsBoundary }: RoleSpec, wanted: Wanted, tags: Tags): readonly CommandLine[] {
  const iam = (operation: string): readonly string[] => ['aws', 'iam', operation, '--region', region, '--role-name', name];
  return [
    [
      ...iam('create-role'),
      ...['--assume-role-policy-document', wanted.trust === undefined ? '<TRUST-POLICY>' : JSON.stringify(wanted.trust)],
      ...(permissionsBoundary === undefined ? [] : ['--permissions-boundary', permissionsBoundary]),
      ...['--tags', ...tagWords(tags)],
    ],
    ...(wanted.policies ?? ['<POLICY-ARN>']).map((arn) => [...iam('attach-role-policy'), '--policy-arn', arn]),
  ];
}
