import { CreateAddonCommand, DeleteAddonCommand, DescribeAddonCommand, UpdateAddonCommand } from '@aws-sdk/client-eks';
import type { Addon } from '@aws-sdk/client-eks';
import { compare } from '../../core/graph/compare.ts';
import type {
  Attributes,
  Change,
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
import { read, remove, write } from '../errors.ts';
import type { AddonOut, AddonVersionOut, ClusterOut, RoleOut } from '../outputs.ts';
import { comparableTags, tagsDiffer, tagsOf } from '../tags.ts';
import type { Tags } from '../tags.ts';
import { ADDON_ESTIMATE } from './estimates.ts';
import { issuesText, owned, readJson, tagArgument, told, unwell } from './eksScope.ts';
import type { EksScope } from './eksScope.ts';
import { retag } from './retag.ts';

export interface AddonWish {
  /** As EKS names it: `vpc-cni`. */
  readonly name: string;
  readonly title: string;
  /** Passed as `configurationValues`; compared only if it is written. */
  readonly configuration: Json | undefined;
  /** The same without what we add by ourselves, for a version whose schema does not take that. */
  readonly plainConfiguration?: Json | undefined;
  /**
   * When dependants may start. `accepted`: once EKS took it and nothing but nodes is missing, or an add-on before compute is a deadlock.
   * `active`: not before it runs (vpc-cni: nodes without it never get Ready).
   */
  readonly usable: 'accepted' | 'active';
  /** What it waits for while there are no nodes. */
  readonly awaits: ResourceId;
}

type PlainNeeds = { readonly cluster: Handle<ClusterOut>; readonly version: Handle<AddonVersionOut> };
type RoleNeeds = PlainNeeds & { readonly role: Handle<RoleOut> };

/** An add-on that runs with the nodes' own permissions, or needs none. */
export function addon(scope: EksScope, wish: AddonWish, needs: PlainNeeds): Resource<AddonOut, PlainNeeds> {
  return addonOf<PlainNeeds>(scope, wish, needs, {
    then: ({ version }) => settingsOf(wish, version),
    now: ({ version }) => settingsOf(wish, version),
  });
}

/** An add-on whose service account has a role of its own (IRSA): the role comes first, or it would fail at its first request. */
export function addonWithRole(scope: EksScope, wish: AddonWish, needs: RoleNeeds): Resource<AddonOut, RoleNeeds> {
  return addonOf<RoleNeeds>(scope, wish, needs, {
    then: ({ version, role }) => ({ ...settingsOf(wish, version), roleArn: role.arn }),
    now: ({ version, role }) => ({ ...settingsOf(wish, version), roleArn: role.arn }),
  });
}

interface Settings {
  readonly version: string | undefined;
  readonly configuration: Json | undefined;
  readonly roleArn?: string | undefined;
}

/** Before the version is known, what we would add is expected to be taken. */
function settingsOf(wish: AddonWish, { version, takesDefault = true }: Partial<AddonVersionOut>): Settings {
  return { version, configuration: takesDefault ? wish.configuration : wish.plainConfiguration };
}

interface Knowledge<N extends Needs> {
  then(known: Foreseen<N>): Settings;
  now(inputs: Inputs<N>): Settings;
}

function addonOf<N extends PlainNeeds>(scope: EksScope, wish: AddonWish, needs: N, knowledge: Knowledge<N>): Resource<AddonOut, N> {
  const { aws, clusterName, identity } = scope;
  const { name, title } = wish;
  const id = `addon/${name}`;
  const tags = tagsOf(identity, id);
  const wanted = (settings: Settings): Attributes => ({
    version: settings.version,
    ...('roleArn' in settings ? { roleArn: settings.roleArn } : {}),
    configuration: settings.configuration,
    tags,
  });
  return {
    id,
    kind: 'AWS::EKS::Addon',
    provider: 'aws',
    title,
    needs,
    within: needs.cluster,
    hiddenFor: 30_000,
    async observe(look) {
      const found = await describeAddon(scope, look, name);
      return found === undefined ? { state: 'absent' } : viewOf(scope, wish, tags, found);
    },
    steps: {
      plan: (seen, known) => planOf(title, seen, wanted(knowledge.then(known))),
      async create(inputs, ctx) {
        const settings = requestOf(clusterName, wish, knowledge.now(inputs));
        // Whatever was there before in the cluster under these names gives way: it is EKS that owns them.
        await write(aws, ctx, (o) => aws.eks.send(new CreateAddonCommand({ ...settings, resolveConflicts: 'OVERWRITE', tags }), o));
      },
      async update(seen, inputs, ctx) {
        if (seen.state === 'absent' || seen.state === 'unknown') return;
        const arn = seen.attributes['arn'];
        if (tagsDiffer(seen, tags) && typeof arn === 'string') return retag(scope, arn, seen, tags, ctx);
        const settings = requestOf(clusterName, wish, knowledge.now(inputs));
        // What people have changed in the cluster since then is theirs.
        await write(aws, ctx, (o) => aws.eks.send(new UpdateAddonCommand({ ...settings, resolveConflicts: 'PRESERVE' }), o));
      },
      delete: (seen, ctx) => deleteAddon(scope, seen, ctx),
    },
    estimate: () => ADDON_ESTIMATE,
    commands: (known) => commandsOf(scope, wish, tags, knowledge.then(known)),
  };
}

function requestOf(clusterName: string, wish: AddonWish, { version, roleArn, configuration }: Settings) {
  return {
    clusterName,
    addonName: wish.name,
    ...(version === undefined ? {} : { addonVersion: version }),
    ...(roleArn === undefined ? {} : { serviceAccountRoleArn: roleArn }),
    ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
  };
}

/** One `eks:DescribeAddon` for all who ask in one look; `undefined` also while there is no cluster. */
export function describeAddon({ aws, clusterName }: EksScope, look: Look, addonName: string): Promise<Addon | undefined> {
  return look.share(
    `eks:addon ${addonName}`,
    async () => (await read(aws, look, (o) => aws.eks.send(new DescribeAddonCommand({ clusterName, addonName }), o)))?.addon,
  );
}

export function deleteAddon({ aws, clusterName }: EksScope, seen: Present, ctx: StepContext): Promise<void> {
  const name = seen.attributes['name'];
  if (typeof name !== 'string') throw new Error('an add-on was seen without its name');
  return remove(aws, ctx, (o) => aws.eks.send(new DeleteAddonCommand({ clusterName, addonName: name }), o));
}

function planOf(title: string, seen: Observation<AddonOut>, wanted: Attributes): Change {
  if (seen.state === 'failed' && seen.owner === 'slipway' && seen.attributes['status'] === 'CREATE_FAILED') {
    return { action: 'recreate', summary: `make ${title} again: ${seen.reason}`, diff: [] };
  }
  // EKS works on one change at a time: what it answers meanwhile is on its way.
  if (seen.state === 'pending' && seen.owner === 'slipway') return { action: 'none' };
  return compare(title, seen, wanted);
}

function viewOf(scope: EksScope, wish: AddonWish, tags: Tags, found: Addon): Observation<AddonOut> {
  const outputs = { name: wish.name, version: found.addonVersion ?? '' };
  const base = {
    owner: owned(found.tags, scope),
    physicalId: found.addonArn ?? wish.name,
    outputs,
    attributes: told({
      name: wish.name,
      status: found.status,
      arn: found.addonArn,
      version: found.addonVersion,
      roleArn: found.serviceAccountRoleArn ?? null,
      configuration: readJson(found.configurationValues),
      tags: comparableTags(found.tags ?? {}, tags),
    }),
  };
  const issues = found.health?.issues ?? [];
  const reason = issuesText(issues);
  const onlyNodesMissing = issues.every(({ code }) => code === 'InsufficientNumberOfReplicas');
  const waiting = { ...base, state: 'degraded', reason: 'installed, waiting for compute', awaits: wish.awaits } as const;
  switch (found.status) {
    case 'ACTIVE':
      return { ...base, state: 'ready', reason: found.addonVersion ?? '' };
    case 'CREATING':
      if (!onlyNodesMissing) return { ...base, state: 'pending', reason };
      return wish.usable === 'accepted' ? waiting : { ...base, state: 'pending', reason: 'EKS is installing it' };
    case 'DEGRADED':
      // A real cause (AccessDenied, ConfigurationConflict …) does not heal by waiting for nodes.
      if (!onlyNodesMissing) return { ...base, state: 'failed', ...unwell(issues, 'addon-failed') };
      return wish.usable === 'accepted' ? waiting : { ...base, state: 'pending', reason: 'it does not run on every node yet' };
    case 'UPDATING':
      return { ...base, state: 'pending', reason: 'EKS is updating it' };
    case 'DELETING':
      return { ...base, leaving: true, state: 'pending', reason: 'EKS is removing it' };
    default:
      return { ...base, state: 'failed', ...unwell(issues, 'addon-failed') };
  }
}

function commandsOf(
  { aws, clusterName }: EksScope,
  wish: AddonWish,
  tags: Tags,
  { version, roleArn, configuration }: Settings,
): readonly (readonly string[])[] {
  return [
    [
      ...['aws', 'eks', 'create-addon', '--region', aws.region, '--cluster-name', clusterName, '--addon-name', wish.name],
      ...['--addon-version', version ?? '<VERSION>'],
      ...(roleArn === undefined ? [] : ['--service-account-role-arn', roleArn]),
      ...(configuration === undefined ? [] : ['--configuration-values', JSON.stringify(configuration)]),
      ...['--resolve-conflicts', 'OVERWRITE', '--tags', tagArgument(tags)],
    ],
  ];
}
