import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  paginateListAccessEntries,
  paginateListAssociatedAccessPolicies,
} from '@aws-sdk/client-eks';
import type { AccessEntry } from '@aws-sdk/client-eks';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { compare } from '../../core/graph/compare.ts';
import { Refused } from '../../core/graph/errors.ts';
import type {
  Attributes,
  Depth,
  Handle,
  Look,
  Observation,
  Present,
  Resource,
  ResourceId,
  StepContext,
} from '../../core/graph/resource.ts';
import type { Aws } from '../aws.ts';
import { read, remove, write } from '../errors.ts';
import type { AccessOut, CallerOut, ClusterOut } from '../outputs.ts';
import { readAll } from '../pages.ts';
import { CREATOR_TAG, RESOURCE_TAG, comparableTags, tagsDiffer, tagsOf } from '../tags.ts';
import type { Tags } from '../tags.ts';
import { ACCESS_ESTIMATE } from './estimates.ts';
import { owned, tagArgument } from './eksScope.ts';
import type { EksScope } from './eksScope.ts';
import { retag } from './retag.ts';

/** EKS user guide, "Associate access policies": the same in every account, the partition is the caller's. */
const adminPolicy = (partition: string): string => `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;

type AccessNeeds = { readonly caller: Handle<CallerOut>; readonly cluster: Handle<ClusterOut> };

const CREATOR = 'access/creator';
const LONGEST_PRINCIPAL = 240;

/**
 * Access for whoever makes the cluster, made once and found again by its tag: who runs later is never compared with it.
 * The principal is an IAM role's or user's ARN with its path; EKS refuses the ARN of a session.
 */
export function creatorAccess(scope: EksScope, needs: AccessNeeds): Resource<AccessOut, AccessNeeds> {
  const tags = { ...tagsOf(scope.identity, CREATOR), [CREATOR_TAG]: 'true' };
  return access(scope, { id: CREATOR, title: 'Access of the creator', tags }, needs, {
    async find(look) {
      // Side by side: one after the other they would cost a status a third round of requests.
      const [caller, principals] = await Promise.all([look.outputs(needs.caller), listEntries(scope, look)]);
      const mine = (arn: string): boolean => caller?.arn !== undefined && isSamePrincipal(arn, caller.arn);
      // The caller's own first: then one description tells all, whenever the same person comes back.
      const likely = [...principals].sort((a, b) => Number(mine(b)) - Number(mine(a)));
      let own: AccessEntry | undefined;
      for (const arn of likely) {
        const entry = await describeEntry(scope, look, arn);
        if (entry?.tags?.[CREATOR_TAG] !== undefined && owned(entry.tags, scope) === 'slipway') return entry;
        if (mine(arn)) own = entry;
      }
      return own;
    },
    principal: ({ arn }, ctx) => principalOf(scope.aws, arn, ctx),
    shown: ({ arn }) => arn ?? '<YOUR-ROLE-OR-USER-ARN>',
  });
}

/** Access for one of `cluster.admins`: an orphan once it is no longer written there. */
export function adminAccess(scope: EksScope, principalArn: string, needs: AccessNeeds): Resource<AccessOut, AccessNeeds> {
  // A tag's value has 256 characters at most, an ARN may have more: its end tells principals of one account apart.
  const id: ResourceId = `access/${principalArn.slice(-LONGEST_PRINCIPAL)}`;
  return access(
    scope,
    { id, title: `Access of ${principalArn.split('/').at(-1) ?? principalArn}`, tags: tagsOf(scope.identity, id) },
    needs,
    {
      find: async (look) =>
        (await listEntries(scope, look)).includes(principalArn) ? describeEntry(scope, look, principalArn) : undefined,
      principal: () => Promise.resolve(principalArn),
      shown: () => principalArn,
    },
  );
}

interface Who {
  find(look: Look): Promise<AccessEntry | undefined>;
  principal(caller: CallerOut, ctx: StepContext): Promise<string>;
  shown(caller: Partial<CallerOut>): string;
}

function access(
  scope: EksScope,
  wish: { readonly id: ResourceId; readonly title: string; readonly tags: Tags },
  needs: AccessNeeds,
  who: Who,
): Resource<AccessOut, AccessNeeds> {
  const { aws, clusterName } = scope;
  const { id, title, tags } = wish;
  const wanted: Attributes = { admin: true, tags };
  return {
    id,
    kind: 'AWS::EKS::AccessEntry',
    provider: 'aws',
    title,
    needs,
    within: needs.cluster,
    // EKS deletes the entries with their cluster. Before that, a destroy that was stopped could not look into it any more.
    goesWithHome: true,
    async observe(look, depth) {
      const entry = await who.find(look);
      return entry?.principalArn === undefined ? { state: 'absent' } : viewOf(scope, entry.principalArn, entry, tags, look, depth);
    },
    steps: {
      plan: (seen) => compare(title, seen, wanted),
      async create({ caller }, ctx) {
        const principalArn = await who.principal(caller, ctx);
        await write(aws, ctx, (o) => aws.eks.send(new CreateAccessEntryCommand({ clusterName, principalArn, type: 'STANDARD', tags }), o));
      },
      async update(seen, { caller }, ctx) {
        if (seen.state === 'absent' || seen.state === 'unknown') return;
        const arn = seen.attributes['entryArn'];
        if (tagsDiffer(seen, tags) && typeof arn === 'string') return retag(scope, arn, seen, tags, ctx);
        const association = {
          clusterName,
          principalArn: seen.physicalId,
          policyArn: adminPolicy(caller.partition),
          accessScope: { type: 'cluster' as const },
        };
        await write(aws, ctx, (o) => aws.eks.send(new AssociateAccessPolicyCommand(association), o));
      },
      delete: (seen, ctx) => deleteEntry(scope, seen, ctx),
    },
    estimate: () => ACCESS_ESTIMATE,
    commands: ({ caller }) => commandsOf(scope, who.shown(caller), caller.partition ?? 'aws', tags),
  };
}

export function deleteEntry({ aws, clusterName }: EksScope, seen: Present, ctx: StepContext): Promise<void> {
  return remove(aws, ctx, (o) => aws.eks.send(new DeleteAccessEntryCommand({ clusterName, principalArn: seen.physicalId }), o));
}

async function viewOf(
  scope: EksScope,
  principalArn: string,
  entry: AccessEntry,
  tags: Tags,
  look: Look,
  depth: Depth,
): Promise<Observation<AccessOut>> {
  const admin = depth === 'plan' ? { admin: await isAdmin(scope, look, principalArn) } : {};
  // An entry of ours made for another purpose (the creator is also written among the admins) keeps the tags it was made with.
  const named = comparableTags(entry.tags ?? {}, tags);
  const same = entry.tags?.[RESOURCE_TAG] === tags[RESOURCE_TAG];
  return {
    state: 'ready',
    owner: owned(entry.tags, scope),
    physicalId: principalArn,
    outputs: { principalArn },
    attributes: {
      ...(entry.accessEntryArn === undefined ? {} : { entryArn: entry.accessEntryArn }),
      ...(same ? { tags: named } : {}),
      ...admin,
    },
  };
}

/** The principals of all entries; none while there is no cluster. */
export function listEntries({ aws, clusterName }: EksScope, look: Look): Promise<readonly string[]> {
  return look.share('eks:access', () =>
    readAll(
      aws,
      look,
      (o) => paginateListAccessEntries({ client: aws.eks }, { clusterName }, o),
      (page) => page.accessEntries,
    ),
  );
}

export function describeEntry({ aws, clusterName }: EksScope, look: Look, principalArn: string): Promise<AccessEntry | undefined> {
  return look.share(`eks:access ${principalArn}`, async () => {
    const found = await read(aws, look, (o) => aws.eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn }), o));
    return found?.accessEntry;
  });
}

async function isAdmin({ aws, clusterName }: EksScope, look: Look, principalArn: string): Promise<boolean> {
  const policies = await look.share(`eks:access policies ${principalArn}`, () =>
    readAll(
      aws,
      look,
      (o) => paginateListAssociatedAccessPolicies({ client: aws.eks }, { clusterName, principalArn }, o),
      (page) => page.associatedAccessPolicies,
    ),
  );
  return policies.some(
    ({ policyArn, accessScope }) => policyArn?.endsWith('/AmazonEKSClusterAdminPolicy') === true && accessScope?.type === 'cluster',
  );
}

/**
 * The IAM principal behind a caller's ARN. A session's ARN has lost the role's path (SSO roles have one), so IAM is asked.
 * @throws Refused for the root user and for federated sessions, which EKS does not take.
 */
async function principalOf(aws: Aws, callerArn: string, ctx: StepContext): Promise<string> {
  const session = sessionOf(callerArn);
  if (session !== undefined) {
    const found = await read(aws, ctx, (o) => aws.iam.send(new GetRoleCommand({ RoleName: session.role }), o));
    if (found?.Role?.Arn !== undefined) return found.Role.Arn;
    throw new Refused(`IAM does not show the role ${session.role} of this session`, {
      next: 'Sign in with a role or user of the account that the cluster is in.',
    });
  }
  if (/:user\//.test(callerArn)) return callerArn;
  throw new Refused('EKS gives access to IAM roles and users only: these credentials are neither', {
    next: 'Sign in with a role, or with a user that is not the root user.',
  });
}

/** `arn:aws:sts::123456789012:assumed-role/NAME/SESSION` */
function sessionOf(arn: string): { readonly account: string; readonly role: string } | undefined {
  const [, account, role] = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return account === undefined || role === undefined ? undefined : { account, role };
}

/** Whether an entry's principal is the caller, as far as can be told without asking IAM: by account and role name (unique there). */
export function isSamePrincipal(principalArn: string, callerArn: string): boolean {
  const session = sessionOf(callerArn);
  if (session === undefined) return principalArn === callerArn;
  return new RegExp(`^arn:[^:]+:iam::${session.account}:role/`).test(principalArn) && principalArn.split('/').at(-1) === session.role;
}

function commandsOf({ aws, clusterName }: EksScope, principal: string, partition: string, tags: Tags): readonly (readonly string[])[] {
  const target = ['--region', aws.region, '--cluster-name', clusterName, '--principal-arn', principal];
  return [
    ['aws', 'eks', 'create-access-entry', ...target, '--type', 'STANDARD', '--tags', tagArgument(tags)],
    ['aws', 'eks', 'associate-access-policy', ...target, '--policy-arn', adminPolicy(partition), '--access-scope', 'type=cluster'],
  ];
}
