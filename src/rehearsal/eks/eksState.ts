import type {
  AccessScope,
  AMITypes,
  AuthenticationMode,
  CapacityTypes,
  CreateClusterRequest,
  NodegroupUpdateConfig,
  Taint,
  UpdateParam,
  UpdateType,
} from '@aws-sdk/client-eks';
import type { World } from '../world.ts';

/** One region's EKS. All times are world times, ms since the epoch. */
export interface EksState {
  clusters: ClusterRecord[];
  /** Client request tokens: `CreateCluster <token>` → a digest of the arguments they came with. */
  readonly tokens: Record<string, string>;
}

export interface ClusterRecord {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  /** New with every creation: part of the issuer, and what Kubernetes keeps this cluster's objects under. */
  readonly id: string;
  readonly createdAt: number;
  readonly activeAt: number;
  /** It fails at that time instead of getting ACTIVE, and never recovers. */
  readonly failsAt?: number;
  /** It is DELETING, until then. */
  goneAt?: number;
  readonly version: string;
  readonly roleArn: string;
  readonly vpcId: string;
  readonly clusterSecurityGroupId: string;
  readonly networkInterfaceIds: readonly string[];
  readonly serviceIpv4Cidr: string;
  readonly selfManagedAddons: boolean;
  readonly creatorIsAdmin: boolean;
  readonly encryptionConfig: NonNullable<CreateClusterRequest['encryptionConfig']>;
  settings: ClusterSettings;
  tags: Record<string, string>;
  readonly addons: Record<string, AddonRecord>;
  readonly nodegroups: Record<string, NodegroupRecord>;
  /** By principal ARN. */
  readonly accessEntries: Record<string, AccessEntryRecord>;
  readonly updates: UpdateRecord[];
}

/** What can change while the cluster lives. */
export interface ClusterSettings {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly endpointPublicAccess: boolean;
  readonly endpointPrivateAccess: boolean;
  readonly publicAccessCidrs: readonly string[];
  readonly authenticationMode: AuthenticationMode;
  readonly supportType: 'STANDARD' | 'EXTENDED';
  readonly deletionProtection: boolean;
  readonly enabledLogTypes: readonly string[];
}

export interface AddonRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  modifiedAt: number;
  goneAt?: number;
  /** A self-managed copy was there and it may not be overwritten. */
  readonly conflict: boolean;
  settings: AddonSettings;
  tags: Record<string, string>;
}

export interface AddonSettings {
  readonly version: string;
  readonly roleArn?: string;
  /** As it was sent. */
  readonly configuration?: string;
}

export interface NodegroupRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** When its settings last changed: what is missing since then is wanted since then. */
  modifiedAt: number;
  /** CREATE_FAILED since then: it can only be deleted. */
  failedAt?: number;
  /** All its first nodes joined. */
  activeAt?: number;
  goneAt?: number;
  readonly autoScalingGroup: string;
  readonly instanceProfile: string;
  readonly version: string;
  readonly amiType: AMITypes;
  readonly capacityType: CapacityTypes;
  readonly instanceTypes: readonly string[];
  readonly subnetIds: readonly string[];
  readonly nodeRole: string;
  readonly diskGiB: number;
  settings: NodegroupSettings;
  tags: Record<string, string>;
  nodes: NodeRecord[];
  /** Not all wanted nodes could be had when somebody last looked. */
  short?: boolean;
}

export interface NodegroupSettings {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly updateConfig: NodegroupUpdateConfig;
}

export interface NodeRecord {
  readonly instanceId: string;
  /** Its name in Kubernetes: the private DNS name. */
  readonly name: string;
  readonly address: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly launchedAt: number;
  /** When its kubelet is Ready. Unset while something that it needs is not there. */
  readyAt?: number;
  /** Something was missing when somebody looked: it cannot have been Ready before it is there. */
  held?: boolean;
  /** It leaves the cluster then. */
  goneAt?: number;
}

export interface AccessEntryRecord {
  readonly principalArn: string;
  readonly arn: string;
  readonly createdAt: number;
  modifiedAt: number;
  readonly type: string;
  username: string;
  groups: readonly string[];
  tags: Record<string, string>;
  readonly policies: AssociationRecord[];
}

export interface AssociationRecord {
  readonly policyArn: string;
  readonly associatedAt: number;
  modifiedAt: number;
  scope: AccessScope;
}

/** A change that is on its way: it shows in the settings when it is done. */
export interface UpdateRecord {
  readonly id: string;
  readonly type: UpdateType;
  readonly params: readonly UpdateParam[];
  readonly createdAt: number;
  readonly doneAt: number;
  applied: boolean;
  readonly change:
    | { readonly of: 'cluster'; readonly settings: Partial<ClusterSettings> }
    | { readonly of: 'addon'; readonly name: string; readonly settings: AddonSettings }
    | { readonly of: 'nodegroup'; readonly name: string; readonly settings: Partial<NodegroupSettings> };
}

/** The records as they were written. Use `eksOf`: it lets the past happen first. */
export function eksRecords(world: World, region: string): EksState {
  return world.part<EksState>(`eks/${region}`, () => ({ clusters: [], tokens: {} }));
}

/** A lower-case UUID (version 4's shape), as in the ids of updates and in ARNs. */
export function uuid(world: World): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(world.random() * 16).toString(16)).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
}
