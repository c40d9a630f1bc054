import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeInstance } from '../../../../src/rehearsal/ec2/onBehalf.ts';
import { ec2Of } from '../../../../src/rehearsal/ec2/state.ts';
import { eksRecords, type ClusterRecord, type NodeRecord } from '../../../../src/rehearsal/eks/eksState.ts';
import { parseFault } from '../../../../src/rehearsal/faults.ts';
import { FolderWorld } from '../../../../src/rehearsal/folderWorld.ts';
import { objectsOf } from '../../../../src/rehearsal/kubernetes/clusterObjects.ts';
import { withDefaults } from '../../../../src/rehearsal/kubernetes/defaults.ts';
import { objectIn, textIn, type Json, type JsonObject, type KubeObject } from '../../../../src/rehearsal/kubernetes/json.ts';
import { apiVersionOf, kindNamed, KINDS, type Kind } from '../../../../src/rehearsal/kubernetes/kinds.ts';
import { EVENT, NAMESPACE, POD } from '../../../../src/rehearsal/kubernetes/controllers/kinds.ts';
import { namespaceOf, type ObjectStore } from '../../../../src/rehearsal/kubernetes/objectStore.ts';

const REGION = 'us-west-2';

/** A rehearsed cluster without its servers: objects go straight into its store, and time passes when it is told to. */
export class TestCluster {
  readonly world: FolderWorld;
  readonly record: ClusterRecord;
  #wall = Date.UTC(2026, 10, 22, 12);
  readonly #folder = mkdtempSync(join(tmpdir(), 'slipway-cluster-'));

  /** @param clock a world that runs by itself instead of standing still */
  constructor(nodes = 2, clock?: { readonly timeScale: number; readonly wall: () => number }) {
    this.world = FolderWorld.open({ folder: this.#folder, seed: 7, timeScale: 1, wall: () => this.#wall, ...clock });
    const vpc = ec2Of(this.world, REGION).vpcs[0];
    this.record = clusterRecord(vpc?.id ?? '', this.world.now());
    eksRecords(this.world, REGION).clusters.push(this.record);
    for (let index = 0; index < nodes; index += 1) this.addNode(index);
    this.pass(1);
    this.pass(60);
  }

  get store(): ObjectStore {
    return objectsOf(this.world, this.record);
  }

  addNode(index: number): NodeRecord {
    const subnet = ec2Of(this.world, REGION).subnets[index % 2];
    const instance = makeInstance(this.world, REGION, {
      subnetId: subnet?.id ?? '',
      groupIds: [],
      type: 't3.small',
      imageId: 'ami-1',
      spot: true,
      diskGiB: 20,
      madeAt: this.world.now(),
    });
    const node: NodeRecord = {
      instanceId: instance.id,
      name: `node-${String(index)}`,
      address: instance.privateIp,
      instanceType: 't3.small',
      zone: subnet?.zone ?? '',
      launchedAt: this.world.now(),
      readyAt: this.world.now(),
    };
    const group = this.record.nodegroups['ng'];
    group?.nodes.push(node);
    if (group !== undefined) group.settings = { ...group.settings, desired: group.nodes.length };
    return node;
  }

  /** Lets seconds of world time pass, and the controllers do what was due meanwhile. */
  pass(seconds: number): void {
    this.#wall += seconds * 1000;
    void this.store;
  }

  /** Seconds until it holds, at most so many. */
  until(holds: () => boolean, seconds = 600): number {
    for (let passed = 0; passed <= seconds; passed += 1) {
      void this.store;
      if (holds()) return passed;
      this.pass(1);
    }
    throw new Error(`not within ${String(seconds)} s:\n${this.describe()}`);
  }

  arm(fault: string): void {
    this.world.faults.arm(parseFault(fault));
  }

  /** Writes an object as a client would, defaults and all. */
  apply(object: JsonObject): KubeObject {
    const metadata = objectIn(object, 'metadata');
    const name = textIn(metadata, 'name') ?? '';
    const kind =
      KINDS.find((each) => each.kind === object['kind'] && apiVersionOf(each) === object['apiVersion']) ??
      kindNamed(textIn(object, 'kind') ?? '');
    const namespace = kind.namespaced ? (textIn(metadata, 'namespace') ?? 'default') : undefined;
    const whole: KubeObject = {
      ...object,
      apiVersion: textIn(object, 'apiVersion') ?? 'v1',
      kind: kind.kind,
      metadata: { ...metadata, name, ...(namespace !== undefined && { namespace }) },
    };
    const { store } = this;
    if (namespace !== undefined && store.find(NAMESPACE, '', namespace) === undefined)
      this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    void this.store;
    const filled = withDefaults(whole, kind);
    const before = store.find(kind, namespaceOf(filled), name);
    const written =
      before === undefined
        ? store.create(kind, filled)
        : store.replace(kind, { ...before, ...filled, metadata: { ...before.metadata, ...filled.metadata } });
    return written;
  }

  /** The same for a kind that a definition in the cluster brought, or will bring. */
  write(object: KubeObject): void {
    const { apiVersion, kind } = object;
    if (KINDS.some((each) => each.kind === kind && apiVersionOf(each) === apiVersion)) return void this.apply(object);
    const [group = '', version = 'v1'] = apiVersion.split('/');
    const lower = kind.toLowerCase();
    const plural = lower.endsWith('s') ? lower : `${lower}s`;
    const isCluster = kind.startsWith('Cluster');
    const namespace = isCluster ? {} : { namespace: textIn(object.metadata, 'namespace') ?? 'default' };
    const known: Kind = { group, version, kind, plural: lower === 'eventbus' ? lower : plural, namespaced: !isCluster };
    if (this.store.find(known, namespace.namespace ?? '', object.metadata.name) !== undefined) return;
    this.store.create(known, { ...object, metadata: { ...object.metadata, ...namespace } });
  }

  get(kind: Kind, name: string, namespace = 'default'): KubeObject {
    return this.store.get(kind, kind.namespaced ? namespace : '', name);
  }

  status(kind: Kind, name: string, namespace = 'default'): JsonObject {
    return objectIn(this.get(kind, name, namespace), 'status');
  }

  pods(prefix: string, namespace = 'default'): readonly KubeObject[] {
    return this.store.list(POD, namespace).filter((pod) => pod.metadata.name.startsWith(prefix));
  }

  /** `Warning FailedMount …` about an object. */
  events(name: string, namespace = 'default'): string[] {
    return this.store
      .list(EVENT, namespace)
      .filter((event) => textIn(objectIn(event, 'involvedObject'), 'name')?.startsWith(name) === true)
      .map((event) => [event['type'], event['reason'], event['message']].map(String).join(' '));
  }

  /** What is not ready, and what was warned of. */
  describe(): string {
    const pods = this.store
      .list(POD)
      .filter((pod) => condition(objectIn(pod, 'status'), 'Ready') !== 'True')
      .map(
        (pod) =>
          `${namespaceOf(pod)}/${pod.metadata.name} ${JSON.stringify(objectIn(pod, 'status')['containerStatuses'] ?? objectIn(pod, 'status'))}`,
      );
    const warnings = this.store.list(EVENT).filter((event) => event['type'] === 'Warning');
    const told = warnings.map((event) => `${event.metadata.name} ${textIn(event, 'reason') ?? ''}: ${textIn(event, 'message') ?? ''}`);
    return [...pods, ...told].join('\n').slice(0, 6000);
  }

  remove(): void {
    this.world.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function condition(status: JsonObject, type: string): Json | undefined {
  const conditions = status['conditions'];
  return Array.isArray(conditions) ? (conditions as readonly JsonObject[]).find((each) => each['type'] === type)?.['status'] : undefined;
}

function clusterRecord(vpcId: string, now: number): ClusterRecord {
  return {
    name: 'cauchy',
    arn: `arn:aws:eks:${REGION}:000000000000:cluster/cauchy`,
    region: REGION,
    id: 'TESTCLUSTER',
    createdAt: now,
    activeAt: now,
    version: '1.36',
    roleArn: 'arn:aws:iam::000000000000:role/cluster',
    vpcId,
    clusterSecurityGroupId: 'sg-1',
    networkInterfaceIds: [],
    serviceIpv4Cidr: '172.20.0.0/16',
    selfManagedAddons: true,
    creatorIsAdmin: true,
    encryptionConfig: [],
    settings: {
      subnetIds: [],
      securityGroupIds: [],
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
      publicAccessCidrs: ['0.0.0.0/0'],
      authenticationMode: 'API',
      supportType: 'STANDARD',
      deletionProtection: false,
      enabledLogTypes: [],
    },
    tags: {},
    addons: {
      'aws-ebs-csi-driver': {
        name: 'aws-ebs-csi-driver',
        arn: 'arn',
        createdAt: now,
        modifiedAt: now,
        conflict: false,
        settings: { version: 'v1.50.0', configuration: '{"controller":{"extraVolumeTags":{"slipway:platform":"cauchy"}}}' },
        tags: {},
      },
    },
    nodegroups: {
      ng: {
        name: 'ng',
        arn: 'arn',
        createdAt: now,
        modifiedAt: now,
        activeAt: now,
        autoScalingGroup: 'asg',
        instanceProfile: 'profile',
        version: '1.36',
        amiType: 'AL2023_x86_64_STANDARD',
        capacityType: 'SPOT',
        instanceTypes: ['t3.small'],
        subnetIds: [],
        nodeRole: 'role',
        diskGiB: 20,
        settings: { min: 1, desired: 2, max: 4, labels: {}, taints: [], updateConfig: {} },
        tags: {},
        nodes: [],
      },
    },
    accessEntries: {},
    updates: [],
  };
}
