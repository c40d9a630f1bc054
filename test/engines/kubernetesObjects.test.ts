import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { RunEvent } from '../../src/core/engine/events.ts';
import type { Plan } from '../../src/core/engine/plan.ts';
import type { Outcome } from '../../src/core/engine/events.ts';
import type { ClusterAddress } from '../../src/kubernetes/connection.ts';
import { kubernetesProvider } from '../../src/kubernetes/provider.ts';
import { reachCluster } from '../../src/kubernetes/reach.ts';
import { graphOf, setOf, type FileOf } from '../kubernetes/objects/objectGraph.ts';
import { engineOf } from './engineOf.ts';
import { startControlPlane, type ControlPlane } from './controlPlane.ts';

const meta = (name: string, namespace?: string): object => ({ name, ...(namespace === undefined ? {} : { namespace }) });
const namespace = (name: string, labels: object = {}): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
const configMap = (ns: string, name: string, data: object = { key: 'value' }): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta(name, ns),
  data,
});
const deployment = (ns: string, name: string, spec: object = {}, container: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta(name, ns),
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'main', image: 'example.invalid/x:1', resources: { limits: { cpu: '0.5', memory: '1024Mi' } }, ...container }],
      },
    },
    ...spec,
  },
});
const definition = (plural: string, kind: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.invalid` },
  spec: {
    group: 'example.invalid',
    scope: 'Namespaced',
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
        },
      },
    ],
  },
});
const custom = (ns: string, kind: string, name: string): object => ({
  apiVersion: 'example.invalid/v1',
  kind,
  metadata: meta(name, ns),
  spec: { size: 1 },
});
const node = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { capacity: { cpu: '32', memory: '64Gi', pods: '110' }, allocatable: { cpu: '32', memory: '64Gi', pods: '110' } },
});

describe('objects of manifests on the real kube-apiserver', () => {
  let plane: ControlPlane;
  const signal = new AbortController().signal;
  /** A platform of its own for each test: they share the cluster. */
  let platform = '';
  let tests = 0;
  const kubectl = (args: readonly string[], input?: object): string =>
    execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input ? { input: JSON.stringify(input) } : {}),
    });
  const versionOf = (...args: readonly string[]): string => kubectl(['get', ...args, '-o', 'jsonpath={.metadata.resourceVersion}']);

  /** A new process each time, as far as the product can tell: new clients, nothing remembered. */
  function session(
    files: readonly FileOf[],
    {
      polls = true,
      signal: until = signal,
      token = plane.token,
    }: { readonly polls?: boolean; readonly signal?: AbortSignal; readonly token?: string } = {},
  ) {
    const address: ClusterAddress = {
      name: 'cauchy',
      endpoint: plane.server,
      certificateAuthority: Buffer.from(plane.certificateAuthority).toString('base64'),
    };
    const reach = reachCluster({ transport: { now: () => Date.now() }, token: async () => token });
    const set = setOf(files.map((file) => ({ stage: platform, ...file })));
    const events: RunEvent[] = [];
    const engine = engineOf(
      events,
      {
        now: () => Date.now(),
        sleep: (ms, over) =>
          new Promise((wake) => {
            // Without polls only a watch ends a wait that is longer than a breath.
            const timer = polls || ms <= 100 ? setTimeout(wake, ms) : undefined;
            over.addEventListener('abort', () => (clearTimeout(timer), wake()), { once: true });
          }),
      },
      [kubernetesProvider({ reach, label: platform })],
    );
    const graph = graphOf(set, address, reach, platform);
    return {
      set,
      events,
      client: reach(address),
      plan: (): Promise<Plan> => engine.plan(graph, 'apply', { signal }),
      apply: (...consent: readonly string[]): Promise<Outcome> => engine.apply(graph, { signal: until, consent: new Set(consent) }),
      destroy: (stage: string): Promise<Outcome> => engine.destroy(graph, { signal, stages: [stage], consent: new Set() }),
      failures: () => events.flatMap((event) => (event.event === 'resource.failed' ? [`${event.resource}: ${event.reason}`] : [])),
    };
  }
  const applied = async (files: readonly FileOf[], ...consent: readonly string[]): Promise<Outcome> => {
    const one = session(files);
    const outcome = await one.apply(...consent);
    assert.equal(outcome.outcome, 'succeeded', one.failures().join('\n'));
    return outcome;
  };
  const unchanged = async (files: readonly FileOf[]): Promise<void> => {
    const { changes } = await session(files).plan();
    assert.deepEqual(
      changes.map(({ change }) => change.summary),
      [],
    );
    assert.deepEqual((await session(files).apply()).changed, []);
  };

  before(async () => {
    plane = await startControlPlane();
    kubectl(['create', '-f', '-'], node('one'));
  });
  beforeEach(() => void (platform = `platform-${++tests}`));
  after(() => plane.stop());

  it('1.2/1 the same result for any order of files and documents; 1.2/2 custom resources wait for their definitions', async () => {
    const objects = (ns: string): readonly object[] => [
      custom(ns, `Widget${ns}`, 'one'),
      deployment(ns, 'app', {}, { envFrom: [{ configMapRef: { name: 'settings' } }] }),
      configMap(ns, 'settings'),
      definition(`widget${ns}s`, `Widget${ns}`),
      namespace(ns),
    ];
    const forward = [{ path: 'a.yml', documents: objects('aa') }];
    const backward = objects('bb')
      .toReversed()
      .map((each, at) => ({ path: `${at}.yml`, documents: [each] }));
    await applied([...forward, ...backward]);
    for (const ns of ['aa', 'bb']) {
      assert.equal(kubectl(['get', `widget${ns}s`, '-n', ns, '-o', 'name']).trim(), `widget${ns}.example.invalid/one`);
      assert.equal(kubectl(['get', 'deployment', 'app', '-n', ns, '-o', 'jsonpath={.status.availableReplicas}']), '1');
    }
    await unchanged([...backward, ...forward]);
  });

  it('1.2/5 a second run writes nothing, whatever the server made of what was written', async () => {
    const files = [
      {
        path: 'noop.yml',
        documents: [
          namespace('noop', { team: 'data' }),
          deployment('noop', 'app', {}, { ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] }),
          { apiVersion: 'v1', kind: 'Secret', metadata: meta('login', 'noop'), stringData: { password: 'canary-noop' } },
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: meta('app', 'noop'),
            spec: { selector: { app: 'app' }, ports: [{ port: 80, targetPort: 'http' }] },
          },
          {
            apiVersion: 'apps/v1',
            kind: 'StatefulSet',
            metadata: meta('store', 'noop'),
            spec: {
              serviceName: 'store',
              replicas: 0,
              selector: { matchLabels: { app: 'store' } },
              template: { metadata: { labels: { app: 'store' } }, spec: { containers: [{ name: 'main', image: 'example.invalid/x:1' }] } },
              volumeClaimTemplates: [
                { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } } },
              ],
            },
          },
        ],
      },
    ];
    await applied(files);
    const kinds = 'deployments,secrets,services,statefulsets,namespaces';
    const versions = (): string =>
      kubectl(['get', kinds, '-n', 'noop', '-o', 'jsonpath={range .items[*]}{.metadata.name} {.metadata.resourceVersion}\n{end}']);
    const before = versions();
    await unchanged(files);
    assert.equal(versions(), before);
  });

  it('1.2/5 a field that was taken out of the file is taken out of the object', async () => {
    const files = (data: object): readonly FileOf[] => [
      { path: 'less.yml', documents: [namespace('less'), configMap('less', 'settings', data)] },
    ];
    await applied(files({ a: '1', b: '2' }));
    const { changes } = await session(files({ a: '1' })).plan();
    assert.deepEqual(
      changes.map(({ change }) => 'diff' in change && change.diff),
      [[{ path: 'data.b', before: '2', after: null }]],
    );
    await applied(files({ a: '1' }));
    assert.equal(kubectl(['get', 'configmap', 'settings', '-n', 'less', '-o', 'jsonpath={.data}']), '{"a":"1"}');
  });

  it('1.2/4 a conflict is told field by field with the other manager, stays without consent, and is taken over with it', async () => {
    const files = [{ path: 'conflict.yml', documents: [namespace('conflict'), deployment('conflict', 'app')] }];
    await applied(files);
    kubectl(['scale', 'deployment', 'app', '-n', 'conflict', '--replicas=3']);
    const { changes } = await session(files).plan();
    const [change] = changes;
    assert.equal(changes.length, 1);
    assert.equal(change?.consent, 'overwrite');
    assert.match(change.change.summary, /kubectl owns \.spec\.replicas/);
    assert.ok('diff' in change.change);
    assert.deepEqual(change.change.diff[0], { path: 'spec.replicas', before: 3, after: 1 });
    assert.equal((await session(files).apply()).outcome, 'failed');
    assert.equal(kubectl(['get', 'deployment', 'app', '-n', 'conflict', '-o', 'jsonpath={.spec.replicas}']), '3');
    await applied(files, 'overwrite:Deployment.apps/conflict/app');
    assert.equal(kubectl(['get', 'deployment', 'app', '-n', 'conflict', '-o', 'jsonpath={.spec.replicas}']), '1');
    await unchanged(files);
  });

  it('1.2/4 an unknown field is refused by its name, and 1.2/9 stops nothing else', async () => {
    const one = session([
      {
        path: 'strict.yml',
        documents: [namespace('strict'), { ...configMap('strict', 'wrong'), dta: { a: '1' } }, configMap('strict', 'right')],
      },
    ]);
    const outcome = await one.apply();
    assert.deepEqual(outcome.failed, ['ConfigMap/strict/wrong']);
    assert.match(one.failures().join(), /its kind has no field \.dta/);
    assert.match(kubectl(['get', 'configmap', '-n', 'strict', '-o', 'name']), /right/);
  });

  it('what the person may not do is named with its verb and its object, stops nothing else, and with the right the next run converges', async () => {
    kubectl(['create', 'serviceaccount', 'limited', '-n', 'default']);
    const may = (name: string, verbs: string, resources: string): void => {
      kubectl(['create', 'clusterrole', name, `--verb=${verbs}`, `--resource=${resources}`]);
      kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${name}`, '--serviceaccount=default:limited']);
    };
    may('limited', '*', 'namespaces,configmaps,secrets');
    may('limited-look', 'get,list,watch', 'deployments.apps,replicasets.apps,pods,events,persistentvolumeclaims');
    const token = kubectl(['create', 'token', 'limited', '-n', 'default']).trim();
    const files = [{ path: 'limits.yml', documents: [namespace('limits'), configMap('limits', 'mine'), deployment('limits', 'app')] }];
    const one = session(files, { token });
    const outcome = await one.apply();
    assert.deepEqual(outcome.failed, ['Deployment.apps/limits/app']);
    assert.match(one.failures().join(), /the cluster does not let you apply deployments\.apps app in namespace limits/);
    assert.match(kubectl(['get', 'configmaps', '-n', 'limits', '-o', 'name']), /mine/);
    may('limited-deploy', '*', 'deployments.apps');
    const healed = session(files, { token });
    assert.equal((await healed.apply()).outcome, 'succeeded', healed.failures().join());
    await unchanged(files);
  });

  it('1.2/6 a plan asks the server, writes nothing, and shows no value of a Secret', async () => {
    const secret = (password: string): object => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta('login', 'masked'),
      stringData: { password },
    });
    const files = (password: string): readonly FileOf[] => [{ path: 'masked.yml', documents: [namespace('masked'), secret(password)] }];
    await applied(files('canary-one'));
    const version = versionOf('secret', 'login', '-n', 'masked');
    const plan = await session(files('canary-two')).plan();
    assert.deepEqual(
      plan.changes.map(({ change }) => 'diff' in change && change.diff),
      [[{ path: 'data.password', before: '(secret)', after: '(secret)' }]],
    );
    const said = JSON.stringify([plan.changes, [...plan.observations]]);
    for (const value of ['canary-one', 'canary-two']) {
      assert.ok(!said.includes(value) && !said.includes(Buffer.from(value).toString('base64')));
    }
    assert.equal(versionOf('secret', 'login', '-n', 'masked'), version);
  });

  it('1.2/7 an immutable field is named, and only with consent the object is deleted, awaited and made anew', async () => {
    const files = (app: string): readonly FileOf[] => [
      {
        path: 'immutable.yml',
        documents: [
          namespace('immutable'),
          deployment('immutable', 'app', {
            selector: { matchLabels: { app } },
            template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image: 'example.invalid/x:1' }] } },
          }),
        ],
      },
    ];
    const id = 'Deployment.apps/immutable/app';
    await applied(files('one'));
    const { changes } = await session(files('two')).plan();
    assert.deepEqual(
      changes.map(({ resource, change, consent }) => [resource, change.action, consent]),
      [[id, 'replace', 'replace']],
    );
    assert.match(changes[0]?.change.summary ?? '', /spec\.selector cannot be changed in place/);
    assert.equal((await session(files('two')).apply()).outcome, 'failed');
    const uid = kubectl(['get', 'deployment', 'app', '-n', 'immutable', '-o', 'jsonpath={.metadata.uid}']);
    await applied(files('two'), `replace:${id}`);
    assert.notEqual(kubectl(['get', 'deployment', 'app', '-n', 'immutable', '-o', 'jsonpath={.metadata.uid}']), uid);
  });

  it('1.2/7 a claim is never made anew: the plan says what would be lost', async () => {
    const files = (storage: string, accessMode: string): readonly FileOf[] => [
      {
        path: 'claim.yml',
        documents: [
          namespace('claims'),
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: meta('data', 'claims'),
            spec: { accessModes: [accessMode], resources: { requests: { storage } } },
          },
        ],
      },
    ];
    // Nobody provisions here: the claim stays pending, which is no matter for a plan.
    kubectl(['create', 'namespace', 'claims']);
    kubectl(['label', 'namespace', 'claims', `slipway.dev/platform=${platform}`]);
    const claim = setOf(files('1Gi', 'ReadWriteOnce')).objects.find(({ key }) => key.kind === 'PersistentVolumeClaim');
    kubectl(['apply', '--server-side', '--field-manager=slipway', '-f', '-'], {
      ...claim?.json,
      metadata: { ...meta('data', 'claims'), labels: { 'slipway.dev/platform': platform } },
    });
    const { changes } = await session(files('1Gi', 'ReadWriteMany')).plan();
    const change = changes.find(({ resource }) => resource.startsWith('PersistentVolumeClaim'))?.change;
    assert.equal(change?.action, 'blocked');
    assert.match(change.summary, /data on its volume would be lost/);
  });

  it('what is in the cluster already and not ours is left alone', async () => {
    kubectl(['create', 'namespace', 'theirs']);
    kubectl(['create', 'configmap', 'settings', '-n', 'theirs', '--from-literal=a=1']);
    const { changes } = await session([
      { path: 'theirs.yml', documents: [configMap('theirs', 'settings'), namespace('default'), configMap('default', 'fine')] },
    ]).plan();
    assert.deepEqual(
      changes.map(({ resource, change }) => [resource, change.action]).filter(([resource]) => !resource?.startsWith('ApplySet/')),
      [
        ['ConfigMap/default/fine', 'create'],
        ['ConfigMap/theirs/settings', 'blocked'],
      ],
    );
  });

  it('1.2/12 what left the set is deleted with consent: custom resources before their definitions, namespaces last; keep is kept', async () => {
    const kept = {
      ...configMap('prune', 'kept'),
      metadata: { ...meta('kept', 'prune-kept'), annotations: { 'helm.sh/resource-policy': 'keep' } },
    };
    const all: readonly FileOf[] = [
      {
        path: 'prune.yml',
        stage: 'prune',
        documents: [
          namespace('prune'),
          namespace('prune-kept'),
          definition('gadgets', 'Gadget'),
          custom('prune', 'Gadget', 'one'),
          configMap('prune', 'settings'),
          configMap('prune-kept', 'stays'),
          kept,
        ],
      },
    ];
    const rest: readonly FileOf[] = [
      { path: 'prune.yml', stage: 'prune', documents: [namespace('prune-kept'), configMap('prune-kept', 'stays')] },
    ];
    await applied(all);
    const one = session(rest);
    const orphans = (await one.plan()).orphans.map(({ id }) => id).filter((id) => /prune|gadget/i.test(id));
    assert.deepEqual(orphans.toSorted(), [
      'ConfigMap/prune/settings',
      'CustomResourceDefinition.apiextensions.k8s.io/gadgets.example.invalid',
      'Gadget.example.invalid/prune/one',
      'Namespace/prune',
    ]);
    const pruning = session(rest);
    const outcome = await pruning.apply(...orphans.map((id) => `delete:${id}`));
    assert.equal(outcome.outcome, 'succeeded', pruning.failures().join());
    const ends = pruning.events.flatMap((event) => (event.event === 'resource.finished' ? [event.resource] : []));
    assert.ok(
      ends.indexOf('Gadget.example.invalid/prune/one') <
        ends.indexOf('CustomResourceDefinition.apiextensions.k8s.io/gadgets.example.invalid'),
    );
    assert.equal(ends.at(-1), 'Namespace/prune');
    assert.match(kubectl(['get', 'configmap', '-n', 'prune-kept', '-o', 'name']), /kept/);
  });

  it('1.2/13 a namespace on its way out is awaited, then made anew', async () => {
    const files = [{ path: 'ending.yml', documents: [namespace('ending'), configMap('ending', 'settings')] }];
    await applied(files);
    kubectl(['create', '-f', '-'], {
      ...configMap('ending', 'held'),
      metadata: { ...meta('held', 'ending'), finalizers: ['example.invalid/held'] },
    });
    kubectl(['delete', 'namespace', 'ending', '--wait=false']);
    const waiting = session(files);
    const run = waiting.apply();
    for (let left = 300; !waiting.events.some((event) => event.event === 'resource.progress' && /finalizers/.test(event.message)); left--) {
      assert.ok(left > 0, JSON.stringify(waiting.events.slice(-5)));
      await new Promise((resume) => setTimeout(resume, 100));
    }
    kubectl(['patch', 'configmap', 'held', '-n', 'ending', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    assert.equal((await run).outcome, 'succeeded', waiting.failures().join());
    assert.match(kubectl(['get', 'configmap', 'settings', '-n', 'ending', '-o', 'name']), /settings/);
  });

  it('1.2/14 a definition of more than 256 KiB', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 4000 }, (_, at) => [`field${at}`, { type: 'string', description: 'x'.repeat(60) }]),
    );
    const large = structuredClone(definition('larges', 'Large')) as {
      spec: { versions: { schema: { openAPIV3Schema: { properties: object } } }[] };
    };
    const [version] = large.spec.versions;
    assert.ok(version);
    version.schema.openAPIV3Schema.properties = properties;
    assert.ok(JSON.stringify(large).length > 320_000);
    const files = [{ path: 'large.yml', documents: [large] }];
    await applied(files);
    await unchanged(files);
  });

  it('1.2/10 what becomes ready is noticed by a watch: nothing is polled for', async () => {
    const files = [{ path: 'woken.yml', documents: [namespace('woken'), ...['a', 'b', 'c'].map((name) => deployment('woken', name))] }];
    const one = session(files, { polls: false });
    assert.equal((await one.apply()).outcome, 'succeeded', one.failures().join());
  });

  it('1.2/3 what a webhook selects waits for its endpoint, and is asked for again when the webhook still does not answer', async () => {
    const service = { name: 'admission', namespace: 'gated' };
    kubectl(['create', 'namespace', 'gated-hook']);
    kubectl(['create', '-f', '-'], {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'gated' },
      webhooks: [
        {
          name: 'gate.example.invalid',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { service },
          namespaceSelector: { matchLabels: { gated: 'yes' } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
      ],
    });
    const files = [
      {
        path: 'gated.yml',
        documents: [namespace('gated', { gated: 'yes' }), configMap('gated', 'held'), namespace('free'), configMap('free', 'not-held')],
      },
    ];
    const one = session(files);
    const run = one.apply();
    const progress = async (words: RegExp): Promise<void> => {
      for (let left = 300; !one.events.some((event) => event.event === 'resource.progress' && words.test(event.message)); left--) {
        assert.ok(left > 0, JSON.stringify(one.events.slice(-5)));
        await new Promise((resume) => setTimeout(resume, 100));
      }
    };
    await progress(/webhook gated\/admission \(no ready endpoint\) does not answer/);
    assert.match(kubectl(['get', 'configmap', '-n', 'free', '-o', 'name']), /not-held/);
    kubectl(['create', '-f', '-'], {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'admission-1', namespace: 'gated', labels: { 'kubernetes.io/service-name': 'admission' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
      ports: [{ port: 443 }],
    });
    await progress(/webhook gated\/admission does not answer/);
    kubectl(['delete', 'validatingwebhookconfiguration', 'gated']);
    assert.equal((await run).outcome, 'succeeded', one.failures().join());
  });

  it('1.2/9 dependants of what failed are skipped with the cause, and every failure is told', async () => {
    const one = session([
      {
        path: 'branches.yml',
        documents: [
          namespace('branches'),
          { ...configMap('branches', 'wrong'), dta: {} },
          { ...configMap('branches', 'wrong-too'), dta: {} },
          deployment('branches', 'needs', {}, { envFrom: [{ configMapRef: { name: 'wrong' } }] }),
          deployment('branches', 'free'),
        ],
      },
    ]);
    const outcome = await one.apply();
    assert.deepEqual(outcome.failed.toSorted(), ['ConfigMap/branches/wrong', 'ConfigMap/branches/wrong-too']);
    assert.deepEqual(outcome.skipped, ['Deployment.apps/branches/needs']);
    const skipped = one.events.find((event) => event.event === 'resource.skipped');
    assert.ok(
      skipped?.event === 'resource.skipped' && JSON.stringify(skipped.because).includes('ConfigMap/branches/wrong'),
      JSON.stringify(skipped),
    );
    assert.equal(kubectl(['get', 'deployment', 'free', '-n', 'branches', '-o', 'jsonpath={.status.availableReplicas}']), '1');
  });

  it('1.2/11 a cancelled run leaves an inventory of all that it made; the next one goes on', async () => {
    const documents = [namespace('cancelled'), ...Array.from({ length: 60 }, (_, at) => configMap('cancelled', `c-${at}`))];
    const files = [{ path: 'cancelled.yml', documents }];
    const stop = new AbortController();
    const one = session(files, { signal: stop.signal });
    const run = one.apply();
    for (; !one.events.some((event) => event.event === 'resource.finished' && event.resource.startsWith('ConfigMap'));) {
      await new Promise((resume) => setTimeout(resume, 5));
    }
    stop.abort();
    assert.equal((await run).outcome, 'cancelled');
    const made = kubectl(['get', 'configmaps', '-n', 'cancelled', '-l', `slipway.dev/platform=${platform}`, '-o', 'name'])
      .trim()
      .split('\n');
    assert.ok(made.length > 0 && made.length < 60, `${made.length}`);
    const orphans = (await session([{ path: 'cancelled.yml', documents: [namespace('cancelled')] }]).plan()).orphans;
    assert.equal(orphans.length, made.length, 'the inventory leads to each of them');
    await applied(files);
    await unchanged(files);
  });

  it('a destroy of a stage takes all of it, also its inventory', async () => {
    const files: readonly FileOf[] = [
      {
        path: 'gone.yml',
        stage: 'gone',
        documents: [namespace('gone'), definition('sprockets', 'Sprocket'), custom('gone', 'Sprocket', 'one'), deployment('gone', 'app')],
      },
    ];
    await applied(files);
    assert.match(
      kubectl(['get', 'configmap', 'slipway-gone', '-n', 'kube-system', '-o', 'jsonpath={.metadata.annotations}']),
      /Deployment\.apps/,
    );
    const one = session(files);
    assert.equal((await one.destroy('gone')).outcome, 'succeeded', one.failures().join());
    assert.doesNotMatch(kubectl(['get', 'namespaces,crd', '-o', 'name']), /gone|sprocket/);
    assert.doesNotMatch(kubectl(['get', 'configmap', '-n', 'kube-system', '-o', 'name']), /slipway-gone/);
  });
});
