import { createHash } from 'node:crypto';
import { CreateNodegroupCommand, DeleteNodegroupCommand, UpdateNodegroupConfigCommand } from '@aws-sdk/client-eks';
import type { Nodegroup } from '@aws-sdk/client-eks';
import type { Finding } from '../../core/findings/finding.ts';
import type {
  Attributes,
  Foreseen,
  Handle,
  Inputs,
  Look,
  Observation,
  Present,
  QuotaDemand,
  Resource,
  ResourceId,
  StepContext,
} from '../../core/graph/resource.ts';
import { instanceTypeOf } from '../../core/platform/instanceTypes.ts';
import type { ComputeSpec } from '../../core/platform/platformSpec.ts';
import { controllerPods, podSlots, podsOf, runbookPods } from '../../core/platform/podSlots.ts';
import { remove, write } from '../errors.ts';
import type { ClusterOut, EgressOut, NodegroupOut, RoleOut } from '../outputs.ts';
import { GENERATION_TAG, RESOURCE_TAG, comparableTags, tagsDiffer, tagsOf } from '../tags.ts';
import type { Tags } from '../tags.ts';
import { describeNodegroup, ourNodegroups } from './describeNodegroup.ts';
import { owned, tagArgument, told, unwell } from './eksScope.ts';
import type { EksScope, Issue } from './eksScope.ts';
import { retag } from './retag.ts';
import { DISK_GIB, nodegroupEstimate } from './estimates.ts';
import { nodegroupPlan } from './nodegroupPlan.ts';
import { firstScale, wantedScale } from './nodegroupScale.ts';
import type { Scale } from './nodegroupScale.ts';

export interface NodegroupWish {
  readonly compute: ComputeSpec;
  /** CIDRs of the private subnets: they cannot be changed in place either. */
  readonly privateCidrs: readonly string[];
  /** The network plugin hands out prefixes: a node takes more pods. */
  readonly prefixDelegation: boolean;
  /** Order without data: the network plugin and the storage driver are there before the first node. */
  readonly after: readonly ResourceId[];
}

type NodegroupNeeds = {
  readonly cluster: Handle<ClusterOut>;
  readonly role: Handle<RoleOut>;
  /** Private subnets through their way out: a node without egress never joins. */
  readonly egress: readonly Handle<EgressOut>[];
};

const ID = 'nodegroup';
const amiType = ({ instanceTypes }: ComputeSpec): 'AL2023_ARM_64_STANDARD' | 'AL2023_x86_64_STANDARD' =>
  instanceTypes.every((type) => instanceTypeOf(type)?.architecture === 'arm64') ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD';

/** A name that carries what cannot be changed in place, so that a replacement can stand beside the old one. */
export function nodegroupName({ compute, privateCidrs }: Pick<NodegroupWish, 'compute' | 'privateCidrs'>): string {
  const immutable = [amiType(compute), compute.capacity, DISK_GIB, [...compute.instanceTypes], [...privateCidrs].sort()];
  return `nodes-${createHash('sha256').update(JSON.stringify(immutable)).digest('hex').slice(0, 8)}`;
}

/**
 * The managed node group, in private subnets only. Made at two nodes and grown once: a group that is made at full size fails as a
 * whole when Spot capacity is short, while a group that lives shows it as a health issue and gets its nodes later (domain-facts N).
 */
export function nodegroup(scope: EksScope, wish: NodegroupWish, needs: NodegroupNeeds): Resource<NodegroupOut, NodegroupNeeds> {
  const { aws, clusterName, identity } = scope;
  const name = nodegroupName(wish);
  const title = `Node group of ${wish.compute.instanceTypes.join(', ')}`;
  const tags = { ...tagsOf(identity, ID), [GENERATION_TAG]: name };
  const wanted = (inputs: Foreseen<NodegroupNeeds>, seen: Observation<NodegroupOut>): Attributes =>
    wantedOf(wish, name, tags, inputs, seen);
  return {
    id: ID,
    kind: 'AWS::EKS::Nodegroup',
    provider: 'aws',
    title,
    needs,
    after: wish.after,
    within: needs.cluster,
    hiddenFor: 30_000,
    demand: demandOf(wish.compute),
    async observe(look) {
      const found = (await describeNodegroup(scope, look, name)) ?? (await otherGeneration(scope, look, name));
      return found === undefined ? { state: 'absent' } : viewOf(scope, wish, found, tags);
    },
    steps: {
      plan: (seen, inputs) => nodegroupPlan(title, seen, wanted(inputs, seen)),
      create: (inputs, ctx) => createNodegroup(scope, wish, name, tags, inputs, ctx),
      async update(seen, _inputs, ctx) {
        if (seen.state === 'absent' || seen.state === 'unknown') return;
        const arn = seen.attributes['arn'];
        if (tagsDiffer(seen, tags) && typeof arn === 'string') return retag(scope, arn, seen, tags, ctx);
        const scale = wantedScale(wish.compute, scaleIn(seen));
        const scalingConfig = { minSize: scale.min, desiredSize: scale.desired, maxSize: scale.max };
        await write(aws, ctx, (o) =>
          aws.eks.send(new UpdateNodegroupConfigCommand({ clusterName, nodegroupName: seen.physicalId, scalingConfig }), o),
        );
      },
      delete: (seen, ctx) => deleteNodegroup(scope, seen, ctx),
      foresee: (seen) => (seen.state === 'ready' || seen.state === 'degraded' ? seen.outputs : { name }),
    },
    check: () => Promise.resolve(podSlotFindings(wish)),
    estimate: () => nodegroupEstimate(scope.prices, wish.compute),
    commands: (inputs) => commandsOf(scope, wish, name, tags, inputs),
  };
}

function wantedOf(
  wish: NodegroupWish,
  name: string,
  tags: Tags,
  inputs: Foreseen<NodegroupNeeds>,
  seen: Observation<NodegroupOut>,
): Attributes {
  const subnetIds = inputs.egress.flatMap(({ subnetId }) => subnetId ?? []).sort();
  const here = seen.state === 'absent' || seen.state === 'unknown' ? undefined : scaleIn(seen);
  const scale = here === undefined ? wish.compute : wantedScale(wish.compute, here);
  return {
    name,
    instanceTypes: [...wish.compute.instanceTypes],
    capacity: wish.compute.capacity,
    roleArn: inputs.role.arn,
    subnetIds: subnetIds.length === inputs.egress.length ? subnetIds : undefined,
    min: scale.min,
    desired: scale.desired,
    max: scale.max,
    tags,
  };
}

function viewOf(scope: EksScope, wish: NodegroupWish, found: Nodegroup, tags: Tags): Observation<NodegroupOut> {
  const { minSize: min = 0, desiredSize: desired = 0, maxSize: max = 0 } = found.scalingConfig ?? {};
  const name = found.nodegroupName ?? '';
  const base = {
    owner: owned(found.tags, scope),
    physicalId: name,
    outputs: { name, min, desired, max },
    attributes: told({
      name,
      arn: found.nodegroupArn,
      status: found.status,
      instanceTypes: found.instanceTypes ?? [],
      capacity: found.capacityType === 'ON_DEMAND' ? 'onDemand' : 'spot',
      roleArn: found.nodeRole,
      subnetIds: [...(found.subnets ?? [])].sort(),
      min,
      desired,
      max,
      tags: comparableTags(found.tags ?? {}, tags),
    }),
  };
  const issues = found.health?.issues ?? [];
  const health = healthOf(wish.compute, issues);
  const unless = (reason: string) => (issues.length === 0 ? { reason } : health);
  switch (found.status) {
    case 'ACTIVE':
      return issues.length === 0 ? { ...base, state: 'ready', reason: sizeText(wish, desired) } : { ...base, state: 'degraded', ...health };
    case 'DEGRADED':
      return { ...base, state: 'degraded', ...unless('EKS says that it is degraded') };
    case 'CREATING':
      return { ...base, state: 'pending', ...unless('EKS is starting the first nodes') };
    case 'UPDATING':
      return { ...base, state: 'pending', ...unless('EKS is changing its size') };
    case 'DELETING':
      return { ...base, leaving: true, state: 'pending', reason: 'EKS is draining and stopping the nodes' };
    default:
      return { ...base, state: 'failed', ...unless(`EKS says ${found.status ?? 'nothing about its state'}`) };
  }
}

/** Health issues in words; a shortage is told apart, since it passes. */
function healthOf({ instanceTypes, capacity }: ComputeSpec, issues: readonly Issue[]): ReturnType<typeof unwell> {
  const types = instanceTypes.length > 3 ? `${instanceTypes.length} instance types` : instanceTypes.join(', ');
  const isShort = issues.some(({ code, message }) => code === 'AsgInstanceLaunchFailures' && /capacity/i.test(message ?? ''));
  if (isShort) return unwell(issues, capacity === 'spot' ? 'spot-capacity' : 'capacity', types);
  return unwell(issues, issues.some(({ code }) => code === 'NodeCreationFailure') ? 'nodes-not-joining' : 'nodegroup-failed');
}

/** `14 nodes, 154 pod slots`: pods, not memory, are what small instances run out of. */
function sizeText({ compute, prefixDelegation }: NodegroupWish, nodes: number): string {
  const slots = Math.min(
    ...compute.instanceTypes.map((name) => {
      const type = instanceTypeOf(name);
      return type === undefined ? Number.POSITIVE_INFINITY : podsOf(type, prefixDelegation);
    }),
  );
  return Number.isFinite(slots) ? `${nodes} nodes, ${nodes * slots} pod slots` : `${nodes} nodes`;
}

/** Pod slots needed and had, where they are not plenty. That even the maximum is short of the runbook's platform is said of platform.yml. */
function podSlotFindings({ compute, prefixDelegation }: NodegroupWish): readonly Finding[] {
  const slots = podSlots(compute, prefixDelegation);
  if (slots === undefined || slots.atMin >= controllerPods + runbookPods.most) return [];
  const had = `${compute.min} nodes of ${slots.type} have ${slots.atMin} pod slots besides what runs on each, ${compute.max} have ${slots.atMax}`;
  const cure = prefixDelegation ? '' : '; ENABLE_PREFIX_DELEGATION in the configuration of vpc-cni gives a node 110';
  if (slots.atMax < controllerPods) {
    const message = `${had}: the add-ons alone need ${controllerPods}${cure}.`;
    return [{ code: 'pod-slots', severity: 'warning', resource: ID, message }];
  }
  if (slots.atMax < runbookPods.least) return [];
  const message = `${had}: the add-ons need ${controllerPods}, the runbook's whole platform ${runbookPods.least} to ${runbookPods.most} more${cure}.`;
  return [{ code: 'pod-slots', severity: 'information', resource: ID, message }];
}

function scaleIn({ attributes }: Present): Scale {
  const number = (path: string): number => (typeof attributes[path] === 'number' ? attributes[path] : 0);
  return { min: number('min'), desired: number('desired'), max: number('max') };
}

/** One that was made from another spec: its name carries another hash. */
async function otherGeneration(scope: EksScope, look: Look, name: string): Promise<Nodegroup | undefined> {
  const others = (await ourNodegroups(scope, look)).filter((group) => group.tags?.[RESOURCE_TAG] === ID && group.nodegroupName !== name);
  return others.find(({ status }) => status !== 'DELETING') ?? others[0];
}

async function createNodegroup(
  scope: EksScope,
  { compute }: NodegroupWish,
  name: string,
  tags: Tags,
  inputs: Inputs<NodegroupNeeds>,
  ctx: StepContext,
): Promise<void> {
  const { aws, clusterName } = scope;
  const scale = firstScale(compute);
  await write(aws, ctx, (o) =>
    aws.eks.send(
      new CreateNodegroupCommand({
        clusterName,
        nodegroupName: name,
        amiType: amiType(compute),
        capacityType: compute.capacity === 'spot' ? 'SPOT' : 'ON_DEMAND',
        instanceTypes: [...compute.instanceTypes],
        diskSize: DISK_GIB,
        nodeRole: inputs.role.arn,
        subnets: inputs.egress.map(({ subnetId }) => subnetId),
        scalingConfig: { minSize: scale.min, desiredSize: scale.desired, maxSize: scale.max },
        tags,
      }),
      o,
    ),
  );
}

export function deleteNodegroup({ aws, clusterName }: EksScope, seen: Present, ctx: StepContext): Promise<void> {
  return remove(aws, ctx, (o) => aws.eks.send(new DeleteNodegroupCommand({ clusterName, nodegroupName: seen.physicalId }), o));
}

/** Quotas count vCPUs of the standard families; an unknown type is left to EC2 to judge. */
function demandOf({ instanceTypes, capacity, desired }: ComputeSpec): readonly QuotaDemand[] {
  const vcpu = Math.max(0, ...instanceTypes.map((type) => instanceTypeOf(type)?.vcpu ?? 0));
  return vcpu === 0 ? [] : [{ quota: capacity === 'spot' ? 'ec2:L-34B43A08' : 'ec2:L-1216C47A', amount: vcpu * desired }];
}

function commandsOf(
  { aws, clusterName }: EksScope,
  { compute }: NodegroupWish,
  name: string,
  tags: Tags,
  inputs: Foreseen<NodegroupNeeds>,
): readonly (readonly string[])[] {
  const group = ['--region', aws.region, '--cluster-name', clusterName, '--nodegroup-name', name];
  const scaling = ({ min, desired, max }: Scale): string => `minSize=${min},desiredSize=${desired},maxSize=${max}`;
  return [
    [
      ...[
        'aws',
        'eks',
        'create-nodegroup',
        ...group,
        '--ami-type',
        amiType(compute),
        '--capacity-type',
        compute.capacity === 'spot' ? 'SPOT' : 'ON_DEMAND',
      ],
      ...['--instance-types', ...compute.instanceTypes, '--disk-size', String(DISK_GIB), '--node-role', inputs.role.arn ?? '<ROLE-ARN>'],
      ...['--subnets', ...inputs.egress.map(({ subnetId }) => subnetId ?? '<PRIVATE-SUBNET-ID>')],
      ...['--scaling-config', scaling(firstScale(compute)), '--tags', tagArgument(tags)],
    ],
    ['aws', 'eks', 'wait', 'nodegroup-active', ...group],
    ['aws', 'eks', 'update-nodegroup-config', ...group, '--scaling-config', scaling(compute)],
  ];
}
