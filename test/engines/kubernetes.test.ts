import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '../../src/core/engine/engine.ts';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { AnyResource, Observation } from '../../src/core/graph/resource.ts';
import { ResourceGraph } from '../../src/core/graph/resourceGraph.ts';
import { Refused, Unseen } from '../../src/core/graph/errors.ts';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import { programCredential } from '../../src/kubernetes/execProgram.ts';
import { addonsHealthy } from '../../src/kubernetes/gates/addonsHealthy.ts';
import { nodesReady } from '../../src/kubernetes/gates/nodesReady.ts';
import { kubeconfigConnection, type NamedConnection } from '../../src/kubernetes/kubeconfigConnection.ts';
import { personsKubeconfig } from '../../src/kubernetes/kubeconfigFile.ts';
import { reachCluster } from '../../src/kubernetes/reach.ts';
import { storageClass } from '../../src/kubernetes/storageClass.ts';
import { ADOPT_CLUSTER, proveCluster } from '../../src/runner/clusterProof.ts';
import { RunnerError } from '../../src/runner/runnerError.ts';
import { startControlPlane, type ControlPlane } from './controlPlane.ts';
import { given } from './given.ts';
import { engineOf, shortSleeps } from './engineOf.ts';

const node = (name: string, zone: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'eks.amazonaws.com/nodegroup': 'nodes-a', 'topology.kubernetes.io/zone': zone } },
  status: { capacity: { cpu: '2', memory: '2Gi', pods: '11' }, allocatable: { cpu: '2', memory: '2Gi', pods: '11' } },
});
const pods = (name: string): object => ({
  selector: { matchLabels: { app: name } },
  template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'example.invalid/x:1' }] } },
});
const deployment = (name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'kube-system' },
  spec: { replicas, ...pods(name) },
});
const daemonSet = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'kube-system' },
  spec: pods(name),
});

describe('against the real kube-apiserver', () => {
  let plane: ControlPlane;
  let resources: readonly AnyResource[];
  let engine: Engine;
  const events: RunEvent[] = [];
  const signal = new AbortController().signal;
  const kubectl = (args: readonly string[], input?: object): string =>
    execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
      encoding: 'utf8',
      ...(input ? { input: JSON.stringify(input) } : {}),
    });
  const graph = (): ResourceGraph =>
    new ResourceGraph([{ id: 'all', title: 'All', doc: '', icon: 'x', requires: [], barrier: false, resources }]);
  const see = async (id: string): Promise<Observation<unknown>> => {
    const seen = (await engine.observe(graph(), { signal, depth: 'plan' })).get(id);
    assert.ok(seen);
    return seen;
  };
  /** Looks until it is as wanted: the real controllers take their time. */
  const eventually = async (id: string, wanted: (seen: Observation<unknown>) => boolean): Promise<Observation<unknown>> => {
    for (let left = 300; ; left--) {
      const seen = await see(id);
      if (wanted(seen)) return seen;
      assert.ok(left > 0, `${id} is still ${JSON.stringify(seen)}`);
      await new Promise((resume) => setTimeout(resume, 100));
    }
  };

  before(async () => {
    plane = await startControlPlane();
    const address: ClusterAddress = {
      name: 'cauchy',
      endpoint: plane.server,
      certificateAuthority: Buffer.from(plane.certificateAuthority).toString('base64'),
    };
    const reach = reachCluster({ transport: { now: () => Date.now() }, token: async () => plane.token });
    const cluster = given('cluster', address);
    const group = given('nodegroup', { name: 'nodes-a' });
    const inCluster = { cluster, reach };
    const nodes = nodesReady(inCluster, group, { min: 3, title: 'Nodes ready' });
    const addons = addonsHealthy(inCluster, ['coredns', 'vpc-cni'], [nodes.id]);
    resources = [cluster, group, storageClass(inCluster, { name: 'slipway-gp3', label: 'cauchy', after: [] }), nodes, addons];
    engine = engineOf(events, shortSleeps(200), [{ name: 'kubernetes', parallel: 8 }]);
  });
  after(() => plane.stop());

  it('nodes count from two zones on, and are ready at the minimum', async () => {
    assert.equal((await see('gate/nodes-ready')).state, 'pending');
    kubectl(['create', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: [node('a1', 'us-west-2a'), node('a2', 'us-west-2a')] });
    const oneZone = await eventually('gate/nodes-ready', (seen) => 'reason' in seen && /2 of 3/.test(seen.reason ?? ''));
    assert.equal(oneZone.state, 'pending', 'both in one zone');
    kubectl(['create', '-f', '-'], node('b1', 'us-west-2b'));
    assert.equal((await eventually('gate/nodes-ready', (seen) => seen.state === 'ready')).state, 'ready');
    kubectl(['cordon', 'a2']);
    assert.equal((await see('gate/nodes-ready')).state, 'degraded', 'a cordoned node takes nothing');
    kubectl(['uncordon', 'a2']);
  });

  it('add-ons are healthy when their workloads are available, not when EKS says so', async () => {
    assert.equal((await see('gate/addons-healthy')).state, 'pending');
    kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: [deployment('coredns', 2), daemonSet('aws-node')] });
    await eventually('gate/addons-healthy', (seen) => seen.state === 'ready');
  });

  it('applies the default class once, mends what others changed, and takes it away', async () => {
    const version = (): string => kubectl(['get', 'storageclass', 'slipway-gp3', '-o', 'jsonpath={.metadata.resourceVersion}']);
    const apply = () => engine.apply(graph(), { signal, consent: new Set() });
    const first = await apply();
    assert.equal(first.outcome, 'succeeded', JSON.stringify(events.filter((e) => e.event === 'resource.failed')));
    assert.deepEqual(first.changed, ['StorageClass.storage.k8s.io/slipway-gp3']);
    assert.match(kubectl(['get', 'storageclass']), /slipway-gp3 \(default\)/);
    const made = version();
    assert.deepEqual((await apply()).changed, []);
    assert.equal(version(), made, 'a second run writes nothing');
    kubectl(['annotate', 'storageclass', 'slipway-gp3', 'storageclass.kubernetes.io/is-default-class=false', '--overwrite']);
    const plan = await engine.plan(graph(), 'apply', { signal });
    assert.deepEqual(
      plan.changes.map((c) => [c.resource, c.change.action]),
      [['StorageClass.storage.k8s.io/slipway-gp3', 'update']],
    );
    const mended = await apply();
    assert.equal(mended.outcome, 'failed', 'the field belongs to another manager now: nothing is taken by force');
    const failure = events.findLast((e) => e.event === 'resource.failed');
    assert.match(JSON.stringify(failure), /kubectl/, 'the manager is named');
    kubectl(['delete', 'storageclass', 'slipway-gp3']);
    assert.equal((await apply()).outcome, 'succeeded');
    const gone = await engine.destroy(graph(), { signal, consent: new Set() });
    assert.equal(gone.outcome, 'succeeded');
    assert.doesNotMatch(kubectl(['get', 'storageclass']), /slipway-gp3/);
  });

  it('a class of the same name that is not ours is shown and left alone', async () => {
    kubectl(['create', '-f', '-'], {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'slipway-gp3' },
      provisioner: 'example.invalid/other',
    });
    const seen = await see('StorageClass.storage.k8s.io/slipway-gp3');
    assert.ok('owner' in seen);
    assert.equal(seen.owner, 'foreign');
    await assert.rejects(engine.apply(graph(), { signal, consent: new Set() }), Refused, 'nothing else is begun either');
    assert.equal((await engine.destroy(graph(), { signal, consent: new Set() })).outcome, 'succeeded');
    assert.match(kubectl(['get', 'storageclass', 'slipway-gp3', '-o', 'jsonpath={.provisioner}']), /example\.invalid/);
  });

  describe('by a kubeconfig', () => {
    const arn = 'arn:aws:eks:us-west-2:123456789012:cluster/cauchy';
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    /** A program that answers as `slipway token` does, and counts how often it is asked. */
    const launcher = (): { readonly path: string; asked(): number } => {
      const file = path.join(plane.dir, 'launcher');
      const credential = {
        kind: 'ExecCredential',
        apiVersion: 'client.authentication.k8s.io/v1beta1',
        status: { token: plane.token, expirationTimestamp: new Date(Date.now() + 600_000).toISOString() },
      };
      writeFileSync(file, `#!/bin/sh\necho "$@" >> '${file}.log'\necho '${JSON.stringify(credential)}'\n`, { mode: 0o700 });
      writeFileSync(`${file}.log`, '');
      return { path: file, asked: () => readFileSync(`${file}.log`, 'utf8').split('\n').length - 1 };
    };
    /** A kubeconfig whose only context is of this user. */
    const written = (user: object): string => {
      const file = path.join(plane.dir, 'named');
      const cluster = { server: plane.server, 'certificate-authority-data': base64(plane.certificateAuthority) };
      writeFileSync(
        file,
        JSON.stringify({
          'current-context': 'c',
          contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
          clusters: [{ name: 'c', cluster }],
          users: [{ name: 'u', user }],
        }),
      );
      return file;
    };
    const namespaces = async (connection: NamedConnection): Promise<readonly string[]> => {
      const client = new KubernetesClient(
        connection(() => assert.fail('no token of EKS is wanted')),
        { now: () => Date.now() },
      );
      return (await client.list('/api/v1/namespaces', signal)).map(({ metadata }) => metadata.name);
    };

    it('that we write, kubectl gets in, with the program that it names', async () => {
      const program = launcher();
      const file = path.join(plane.dir, 'ours');
      const ours = personsKubeconfig({
        variable: file,
        home: plane.dir,
        workspaces: [],
        clock: { now: () => Date.now(), sleep: async () => undefined },
        launcher: program.path,
      });
      await ours.write(arn, { server: plane.server, certificateAuthority: base64(plane.certificateAuthority) });
      const answer = execFileSync('kubectl', ['--kubeconfig', file, 'get', 'ns', '-o', 'name'], { encoding: 'utf8' });
      assert.match(answer, /namespace\/kube-system/);
      assert.equal(program.asked(), 1);
      assert.match(readFileSync(`${program.path}.log`, 'utf8'), /^token --cluster cauchy --region us-west-2$/m);
    });

    it('that somebody names, we get in: by token, client certificate, and an agreed program, which is asked once', async () => {
      const { certificate, key } = plane.clientCertificate;
      const users = [{ token: plane.token }, { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) }];
      for (const user of users) {
        const named = await kubeconfigConnection({ file: written(user) });
        assert.ok((await namespaces(named)).includes('kube-system'), Object.keys(user).join());
      }
      const program = launcher();
      const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: program.path, args: ['one'] };
      const named = await kubeconfigConnection({
        file: written({ exec }),
        program: async (asked) =>
          programCredential(asked, { path: asked.command, cwd: plane.dir, env: process.env, now: () => Date.now() }),
      });
      const connection = named(() => assert.fail('no token of EKS is wanted'));
      for (let reads = 0; reads < 2; reads++) assert.ok((await namespaces(() => connection)).includes('kube-system'));
      assert.equal(program.asked(), 1);
      const certified = await kubeconfigConnection({
        file: written({ exec }),
        program: async () => async () => ({ clientCertificate: plane.clientCertificate }),
      });
      assert.ok((await namespaces(certified)).includes('kube-system'), 'by the certificate that a program makes');
    });

    it('whose token nobody knows, we do not, and say so', async () => {
      const named = await kubeconfigConnection({ file: written({ token: 'canary-unknown' }) });
      await assert.rejects(namespaces(named), (error: unknown) => error instanceof Unseen && !error.message.includes('canary'));
    });

    it('proves whose the cluster is once it was adopted, and is refused for another platform', async () => {
      const named = await kubeconfigConnection({ file: written({ token: plane.token }) });
      const client = new KubernetesClient(
        named(() => assert.fail('no token of EKS is wanted')),
        { now: () => Date.now() },
      );
      const claim = { platform: 'cauchy', account: '123456789012', region: 'us-west-2' };
      const prove = (platform: string, ...allow: readonly string[]): Promise<void> =>
        proveCluster(client, { ...claim, platform }, allow, async () => false, signal);
      await assert.rejects(prove('cauchy'), RunnerError);
      await prove('cauchy', ADOPT_CLUSTER);
      await prove('cauchy');
      await assert.rejects(prove('other', ADOPT_CLUSTER), RunnerError);
      assert.deepEqual(JSON.parse(kubectl(['get', 'configmap', '-n', 'kube-system', 'slipway', '-o', 'jsonpath={.data}'])), claim);
    });
  });
});
