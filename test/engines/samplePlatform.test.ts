import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { DeleteBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { createAgents } from '../../src/aws/agent.ts';
import { createAws, type Aws } from '../../src/aws/aws.ts';
import { priceBook } from '../../src/aws/prices.ts';
import { awsProvider } from '../../src/aws/provider.ts';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { AnyResource, Observation } from '../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import { HelmProgram } from '../../src/kubernetes/helm/program.ts';
import { kubernetesProvider } from '../../src/kubernetes/provider.ts';
import { reachCluster } from '../../src/kubernetes/reach.ts';
import { rehearsedSecrets } from '../../src/kubernetes/secretValues.ts';
import { CERT_MANAGER_CHART } from '../../src/rehearsal/helm/charts/certManager.ts';
import { SENTRY_CHART } from '../../src/rehearsal/helm/charts/sentry.ts';
import { SPARK_OPERATOR_CHART } from '../../src/rehearsal/helm/charts/sparkOperator.ts';
import { openPlatformFile } from '../../src/runner/platformFile.ts';
import { platformGraph } from '../../src/stages/registry.ts';
import type { StageContext } from '../../src/stages/stageContext.ts';
import { startClusterNetwork, type ClusterNetwork } from './clusterNetwork.ts';
import { startPlayers } from './clusterPlayers.ts';
import { startControlPlane, type ControlPlane } from './controlPlane.ts';
import { given } from './given.ts';
import { engineOf, shortSleeps } from './engineOf.ts';
import { startMinio, type Minio } from './minio.ts';
import { startMoto, type Moto } from './moto.ts';
import { writeStandInChart } from './standInChart.ts';

const AWS_STAGES = ['vpc', 'cluster', 'ebs-csi', 'compute', 'kubeconfig'];
/** Of the AWS stages what lives in the cluster; the rest is simply there. */
const isInCluster = ({ id }: AnyResource): boolean => id.startsWith('StorageClass.');
const REGION = 'us-west-2';
const { accesskey: USER = '', secretkey: PASSWORD = '' } = rehearsedSecrets.give({
  namespace: 'minio',
  name: 'minio',
  keys: ['accesskey', 'secretkey'],
});
const signal = new AbortController().signal;

/** The sample with its charts beside it, and with every file and document in the opposite order if it is to be `turned`. */
function writeSample(folder: string, { turned }: { readonly turned: boolean }): string {
  cpSync('manifests', folder, { recursive: true });
  const sentry = { existingSecret: 'slipway-sentry-secret-key', existingSecretKey: 'key' };
  for (const [home, chart, release, namespace, values] of [
    ['cert-manager', CERT_MANAGER_CHART, 'cert-manager', 'cert-manager', { crds: { enabled: true } }],
    ['spark', SPARK_OPERATOR_CHART, 'spark-operator', 'spark', { spark: { jobNamespaces: ['spark'] } }],
    ['sentry', SENTRY_CHART, 'sentry', 'sentry', { sentry }],
  ] as const) {
    writeStandInChart(path.join(folder, home, 'helm'), chart, { release, namespace, values });
  }
  if (turned) turnRound(folder);
  return path.join(folder, 'platform.yml');
}

function turnRound(folder: string): void {
  for (const stage of ['ingress-nginx', 'minio', 'kafka', 'argo', 'argo-events', 'mer', 'pascal']) {
    const home = path.join(folder, stage);
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yml'))
      .sort();
    for (const [index, file] of files.entries()) {
      const text = readFileSync(path.join(home, file), 'utf8');
      const last = path.join(home, String(files.length - index).padStart(3, '0'));
      mkdirSync(last);
      renameSync(path.join(home, file), path.join(last, path.basename(file)));
      writeFileSync(path.join(last, path.basename(file)), text.split(/^---$/m).reverse().join('\n---\n'));
    }
  }
}

describe('the sample platform on a real API server, with a real Helm, a real MinIO, and moto for AWS', function () {
  this.timeout(600_000);
  let plane: ControlPlane;
  let network: ClusterNetwork;
  let minio: Minio;
  let moto: Moto;
  /** What has been started, the last first. */
  const started: (() => unknown)[] = [];
  let aws: Aws;
  let work: string;
  const kubectl = (args: readonly string[], input?: object): string =>
    execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
      encoding: 'utf8',
      maxBuffer: 64e6,
      ...(input === undefined ? {} : { input: JSON.stringify(input) }),
    });
  const store = (): S3Client =>
    new S3Client({
      endpoint: minio.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: USER, secretAccessKey: PASSWORD },
    });

  /** A new process each time, as far as the product can tell. */
  async function session(file: string) {
    const { spec, manifests, findings } = await openPlatformFile(file);
    assert.ok(spec !== undefined && manifests !== undefined, findings.map(({ message }) => message).join('\n'));
    const agents = createAgents({});
    const clock = shortSleeps(1000);
    const reach = reachCluster({ transport: { now: () => Date.now() }, token: async () => plane.token });
    const context: StageContext = {
      spec,
      identity: { platform: spec.name, tags: spec.tags },
      aws,
      prices: priceBook(spec.region),
      clock,
      agents,
      reach,
      kubeconfig: { read: async () => undefined, write: async () => undefined, remove: async () => undefined, path: async () => '/k' },
      kubernetes: {
        manifests,
        secrets: rehearsedSecrets,
        resolver: { addresses: async () => ['192.0.2.7'], nameServers: async () => undefined },
        helm: new HelmProgram({
          find: async () => ({ path: path.join(process.env['ENGINE_HELM4'] ?? '', 'helm'), args: [] }),
          folder: path.join(work, 'helm'),
          env: process.env,
        }),
      },
    };
    const address = {
      name: spec.name,
      endpoint: plane.server,
      certificateAuthority: Buffer.from(plane.certificateAuthority).toString('base64'),
    };
    const standIn = (resource: AnyResource): AnyResource => given(resource.id, resource.id === 'cluster' ? address : { name: resource.id });
    const graph = new ResourceGraph(
      platformGraph(context).stages.map((stage) => ({
        ...stage,
        resources: stage.resources.map((each) => (AWS_STAGES.includes(stage.id) && !isInCluster(each) ? standIn(each) : each)),
      })),
    );
    const events: RunEvent[] = [];
    // of AWS nothing is found beyond the graph: what the stand-ins stand for is not there
    const engine = engineOf(events, clock, [
      { name: 'aws', parallel: awsProvider(context).parallel },
      kubernetesProvider({ reach, label: spec.name }),
    ]);
    return {
      graph,
      events,
      apply: () => engine.apply(graph, { signal, consent: new Set() }),
      destroy: (stage: string) => engine.destroy(graph, { signal, stages: [stage], consent: new Set() }),
      plan: () => engine.plan(graph, 'apply', { signal }),
      see: async (id: string): Promise<Observation<unknown> | undefined> =>
        (await engine.observe(graph, { signal, depth: 'status' })).get(id),
      failures: () =>
        events.flatMap((event) => (event.event === 'resource.failed' ? [`${event.resource}: ${event.reason}`] : [])).join('\n'),
    };
  }

  /** Kind, name and version of everything that is ours. */
  const versions = (): string => {
    const kinds = kubectl(['api-resources', '--verbs=list', '-o', 'name'])
      .trim()
      .split('\n')
      .filter((kind) => !/^(events|endpoints|componentstatuses)/.test(kind));
    return kubectl([
      ...['get', kinds.join(), '-A', '-l', 'slipway.dev/platform=cauchy', '--ignore-not-found', '-o'],
      'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}',
    ]);
  };

  before(async () => {
    work = mkdtempSync(path.join(tmpdir(), 'slipway-sample-'));
    started.unshift(() => rmSync(work, { recursive: true, force: true }));
    network = await startClusterNetwork(['ingress-nginx', 'cert-manager', 'spark']);
    started.unshift(() => network.close());
    minio = await startMinio({ user: USER, password: PASSWORD });
    started.unshift(() => minio.stop());
    moto = await startMoto();
    started.unshift(() => moto.stop());
    plane = await startControlPlane({
      network,
      kwok: {
        apiVersion: 'kwok.x-k8s.io/v1alpha1',
        kind: 'ClusterPortForward',
        metadata: { name: 'minio' },
        spec: {
          selector: { matchNamespaces: ['minio'] },
          forwards: [{ ports: [9000], target: { address: '127.0.0.1', port: Number(new URL(minio.endpoint).port) } }],
        },
      },
    });
    started.unshift(() => plane.stop());
    aws = createAws({
      region: REGION,
      credentials: async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
      agents: createAgents({}),
      endpoint: moto.endpoint,
    });
    const capacity = { cpu: '2', memory: '1900Mi', pods: '11' };
    const nodes = Array.from({ length: 14 }, (_, at) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `node-${at}`, labels: { 'topology.kubernetes.io/zone': `${REGION}${'ab'[at % 2] ?? 'a'}` } },
      status: { capacity, allocatable: capacity },
    }));
    kubectl(['create', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: nodes });
    const { Subnets } = await aws.ec2.send(new ec2.DescribeSubnetsCommand({}));
    const players = startPlayers(plane, {
      certificateAuthority: network.certificateAuthority,
      async loadBalancer(name) {
        const { LoadBalancers } = await aws.elbv2.send(
          new elb.CreateLoadBalancerCommand({
            Name: name.slice(0, 32),
            Type: 'network',
            Subnets: Subnets?.slice(0, 2).map((s) => s.SubnetId ?? '') ?? [],
          }),
        );
        return LoadBalancers?.[0]?.DNSName ?? '';
      },
    });
    started.unshift(() => players.stop());
  });
  after(async () => {
    for (const stop of started) await stop();
  });

  it('comes up in one go, with every file and document in the opposite order', async () => {
    const first = await session(writeSample(path.join(work, 'turned'), { turned: true }));
    const outcome = await first.apply();
    assert.equal(outcome.outcome, 'succeeded', first.failures());
    const finished = first.events.flatMap((event) => (event.event === 'resource.finished' ? [event.resource] : []));
    const isBefore = (one: string, other: string): boolean => finished.indexOf(one) >= 0 && finished.indexOf(one) < finished.indexOf(other);
    assert.ok(isBefore('Deployment.apps/kafka/zookeeper', 'Deployment.apps/kafka/kafka-broker'));
    assert.ok(isBefore('bucket/orders', 'EventSource.argoproj.io/argo-events/minio'));
    assert.deepEqual(
      (await store().send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
      ['orders', 'sentry', 'workflows'],
      'through the API server and the kubelet of the pod',
    );
    assert.ok((network.asked.get('/networking/v1/ingresses') ?? 0) > 3, 'the webhook was asked for every Ingress');
    assert.match(kubectl(['get', 'secret', '-A', '-l', 'owner=helm', '-o', 'name']), /sentry[^]*cert-manager|cert-manager[^]*sentry/);
  });

  it('writes nothing in a second run, with the files as they come: nothing has another version', async () => {
    const before = versions();
    assert.ok(before.split('\n').length > 80, before);
    const second = await session(writeSample(path.join(work, 'as-written'), { turned: false }));
    assert.deepEqual(
      (await second.plan()).changes.map(({ resource, change }) => `${resource ?? ''}: ${change.summary}`),
      [],
    );
    const outcome = await second.apply();
    assert.equal(outcome.outcome, 'succeeded', second.failures());
    assert.deepEqual(outcome.changed, []);
    assert.equal(versions(), before);
  });

  it('finds a bucket that is missing, says who expects it, and makes it', async () => {
    const client = store();
    await client.send(new DeleteBucketCommand({ Bucket: 'orders' }));
    const third = await session(writeSample(path.join(work, 'missing'), { turned: false }));
    assert.equal((await third.see('bucket/orders'))?.state, 'absent');
    const { changes } = await third.plan();
    assert.deepEqual(
      changes.map(({ resource }) => resource),
      ['bucket/orders'],
    );
    assert.match(changes[0]?.change.summary ?? '', /^create Bucket orders, expected by .*argo-events\/sensors\/minio-sensor\.yml/);
    assert.deepEqual((await third.apply()).changed, ['bucket/orders'], third.failures());
    assert.ok((await client.send(new ListBucketsCommand({}))).Buckets?.some(({ Name }) => Name === 'orders'));
  });

  it('tells keys that the store refuses from a bucket that is missing', async () => {
    const keysAre = (password: string): void => {
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'minio', namespace: 'minio' },
        stringData: { secretkey: password },
      };
      kubectl(['patch', 'secret', 'minio', '-n', 'minio', '--type=merge', '-p', JSON.stringify(secret)]);
    };
    keysAre('canary-wrong-password');
    const denied = await session(writeSample(path.join(work, 'denied'), { turned: false }));
    const seen = await denied.see('bucket/orders');
    assert.ok(seen?.state === 'unknown');
    assert.match(seen.reason, /the store refuses the keys of the Secret minio\/minio/);
    assert.ok(!JSON.stringify(seen).includes('canary'));
    keysAre(PASSWORD);
    assert.equal((await denied.see('bucket/orders'))?.state, 'ready');
  });

  it('a stage goes with all that nobody else needs, and comes again', async () => {
    const gone = await session(path.join(work, 'as-written', 'platform.yml'));
    const outcome = await gone.destroy('services');
    assert.equal(outcome.outcome, 'succeeded', gone.failures());
    const namespaces = kubectl(['get', 'namespaces', '-o', 'name']);
    assert.doesNotMatch(namespaces, /\/mer$/m);
    assert.match(namespaces, /\/pascal$/m, 'Argo Events, which stays, has rights in it');
    assert.equal(kubectl(['get', 'deployments', '-n', 'pascal', '-o', 'name']), '');
    const again = await session(path.join(work, 'as-written', 'platform.yml'));
    assert.equal((await again.apply()).outcome, 'succeeded', again.failures());
    assert.equal(kubectl(['get', 'deployment', 'orders', '-n', 'mer', '-o', 'jsonpath={.status.availableReplicas}']), '1');
  });
});
