import assert from 'node:assert/strict';
import { breakCircles } from '../../src/manifests/circles.ts';
import { edgesOf } from '../../src/manifests/edges.ts';
import type { Edge } from '../../src/manifests/edges.ts';
import { setOf } from './texts.ts';

const pod = (spec: string): string => `{ metadata: { labels: { app: a } }, spec: { containers: [{ name: a, image: "a:1" }], ${spec} } }`;
const deployment = (name: string, spec = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: x }\nspec: { template: ${pod(spec)} }\n`;
const object = (apiVersion: string, kind: string, name: string, rest = '', namespace = 'x'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`} }\n${rest}\n`;
const rbac = 'rbac.authorization.k8s.io';

/** `to!` must, `to?` should. */
function after(id: string, ...texts: readonly string[]): readonly string[] {
  const { after: edges, findings } = edgesOf(setOf(texts.join('---\n')));
  assert.deepEqual(findings, []);
  return (edges.get(id) ?? []).map(({ to, order }) => `${to}${order === 'must' ? '!' : '?'}`).toSorted();
}

describe('edges between objects', () => {
  it('what lies in a namespace comes after it', () => {
    assert.deepEqual(after('ConfigMap/x/a', object('v1', 'ConfigMap', 'a'), object('v1', 'Namespace', 'x', '', '')), ['Namespace/x!']);
  });

  it('an object comes after the definition of its kind', () => {
    const crd = object(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      'things.a.io',
      'spec: { group: a.io, scope: Namespaced, names: { kind: Thing } }',
      '',
    );
    assert.deepEqual(after('Thing.a.io/x/t', object('a.io/v1', 'Thing', 't'), crd), [
      'CustomResourceDefinition.apiextensions.k8s.io/things.a.io!',
    ]);
  });

  it('a workload comes after what its pods need', () => {
    const volumes =
      'serviceAccountName: me, volumes: [{ secret: { secretName: s } }, { configMap: { name: c, optional: true } }, { persistentVolumeClaim: { claimName: p } }]';
    const others = [
      object('v1', 'ServiceAccount', 'me'),
      object('v1', 'Secret', 's'),
      object('v1', 'ConfigMap', 'c'),
      object('v1', 'PersistentVolumeClaim', 'p'),
    ];
    assert.deepEqual(after('Deployment.apps/x/a', deployment('a', volumes), ...others), [
      'ConfigMap/x/c?',
      'PersistentVolumeClaim/x/p!',
      'Secret/x/s!',
      'ServiceAccount/x/me!',
    ]);
  });

  it('a workload does not wait for its Service, nor a Service for it', () => {
    const service = object('v1', 'Service', 'a', 'spec: { selector: { app: a } }');
    assert.deepEqual(after('Deployment.apps/x/a', deployment('a'), service), []);
    assert.deepEqual(after('Service/x/a', deployment('a'), service), []);
  });

  it('a binding comes after its role, and a workload after the bindings of its account', () => {
    const texts = [
      object('v1', 'ServiceAccount', 'me'),
      object(`${rbac}/v1`, 'Role', 'r'),
      object(`${rbac}/v1`, 'RoleBinding', 'b', `roleRef: { kind: Role, name: r }\nsubjects: [{ kind: ServiceAccount, name: me }]`),
      deployment('a', 'serviceAccountName: me'),
    ];
    assert.deepEqual(after(`RoleBinding.${rbac}/x/b`, ...texts), [`Role.${rbac}/x/r!`]);
    assert.deepEqual(after('Deployment.apps/x/a', ...texts), [`RoleBinding.${rbac}/x/b?`, 'ServiceAccount/x/me!']);
  });

  it('a template that runs later waits for nothing that it names', () => {
    const template = object('argoproj.io/v1alpha1', 'WorkflowTemplate', 't', 'spec: { volumes: [{ secret: { secretName: s } }] }');
    assert.deepEqual(after('WorkflowTemplate.argoproj.io/x/t', template, object('v1', 'Secret', 's')), []);
  });

  it('Argo Events: bus, then source, then sensor with its template', () => {
    const api = 'argoproj.io/v1alpha1';
    const texts = [
      object(api, 'EventBus', 'default'),
      object(api, 'EventSource', 'minio', 'spec: {}'),
      object(api, 'WorkflowTemplate', 't', 'spec: {}'),
      object(
        api,
        'Sensor',
        's',
        `spec: { dependencies: [{ eventSourceName: minio, eventName: o }], triggers: [{ template: { argoWorkflow: { source: { resource: { apiVersion: ${api}, kind: Workflow, spec: { workflowTemplateRef: { name: t } } } } } } }] }`,
      ),
    ];
    assert.deepEqual(after('EventSource.argoproj.io/x/minio', ...texts), ['EventBus.argoproj.io/x/default!']);
    assert.deepEqual(after('Sensor.argoproj.io/x/s', ...texts), [
      'EventBus.argoproj.io/x/default!',
      'EventSource.argoproj.io/x/minio?',
      'WorkflowTemplate.argoproj.io/x/t?',
    ]);
  });

  describe('of a controller', () => {
    const thing = object('a.io/v1', 'Thing', 't');
    const crd = object(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      'things.a.io',
      'spec: { group: a.io, scope: Namespaced, names: { kind: Thing, plural: things } }',
      '',
    );
    const controls = (rule: string, kind = 'ClusterRole', namespace = ''): readonly string[] => [
      object('v1', 'ServiceAccount', 'me'),
      object(`${rbac}/v1`, kind, 'r', `rules: [${rule}]`, namespace),
      object(
        `${rbac}/v1`,
        `${kind}Binding`,
        'b',
        `roleRef: { kind: ${kind}, name: r }\nsubjects: [{ kind: ServiceAccount, name: me, namespace: x }]`,
        namespace,
      ),
      deployment('a', 'serviceAccountName: me'),
      crd,
      thing,
    ];
    const waits = (...texts: readonly string[]): boolean => after('Thing.a.io/x/t', ...texts).includes('Deployment.apps/x/a?');

    for (const resource of ['things/status', 'things/finalizers', '"*"', '"*/status"'])
      it(`who may write ${resource} of a kind comes before its objects`, () => {
        assert.ok(waits(...controls(`{ apiGroups: [a.io], resources: [${resource}], verbs: [get, patch] }`)));
      });

    it('who may write the objects alone, or only read, or whatever there is, is none', () => {
      assert.ok(!waits(...controls('{ apiGroups: [a.io], resources: [things], verbs: ["*"] }')));
      assert.ok(!waits(...controls('{ apiGroups: [a.io], resources: [things/status], verbs: [get, list] }')));
      assert.ok(!waits(...controls('{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }')));
      assert.ok(!waits(...controls('{ apiGroups: [b.io], resources: [things/status], verbs: [update] }')));
    });

    it('a right in a namespace counts there alone', () => {
      const rule = '{ apiGroups: [a.io], resources: [things/status], verbs: [update] }';
      assert.ok(waits(...controls(rule, 'Role', 'x')));
      assert.ok(!waits(...controls(rule, 'Role', 'y')));
    });
  });

  describe('of a webhook', () => {
    const webhook = (policy: string): string =>
      object(
        'admissionregistration.k8s.io/v1',
        'ValidatingWebhookConfiguration',
        'w',
        `webhooks: [{ failurePolicy: ${policy}, rules: [{ apiGroups: [networking.k8s.io], resources: [ingresses] }], clientConfig: { service: { name: hook, namespace: x } } }]`,
        '',
      );
    const job = (name: string, args: string): string =>
      object('batch/v1', 'Job', name, `spec: { template: { spec: { containers: [{ name: c, image: "c:1", args: [${args}] }] } } }`);
    const texts = (policy: string): readonly string[] => [
      webhook(policy),
      object('v1', 'Service', 'hook', 'spec: { selector: { app: a } }'),
      deployment('a', 'volumes: [{ secret: { secretName: cert } }]'),
      job('create', 'create, --secret-name=cert'),
      job('patch', 'patch, --webhook-name=w, --secret-name=cert'),
      object('networking.k8s.io/v1', 'Ingress', 'i', 'spec: {}'),
    ];
    const id = 'ValidatingWebhookConfiguration.admissionregistration.k8s.io/w';

    it('what it checks comes after who answers, its certificate and itself', () => {
      assert.deepEqual(after('Ingress.networking.k8s.io/x/i', ...texts('Fail')), [
        'Deployment.apps/x/a?',
        'Job.batch/x/patch?',
        'Service/x/hook?',
        `${id}?`,
      ]);
    });

    it('it comes after who answers and before the Job that writes into it', () => {
      assert.deepEqual(after(id, ...texts('Fail')), ['Deployment.apps/x/a?']);
      assert.deepEqual(after('Job.batch/x/patch', ...texts('Fail')), [`${id}?`]);
    });

    it('who answers comes after the Job that makes its certificate', () => {
      assert.deepEqual(after('Deployment.apps/x/a', ...texts('Fail')), ['Job.batch/x/create?']);
    });

    it('that lets everything through holds nothing back', () => {
      assert.deepEqual(after('Ingress.networking.k8s.io/x/i', ...texts('Ignore')), []);
    });
  });

  it('resources that no manifest holds count where they are named', () => {
    const set = setOf(deployment('a', 'volumes: [{ secret: { secretName: s } }]'));
    assert.deepEqual(edgesOf(set).after.get('Deployment.apps/x/a') ?? [], []);
    assert.deepEqual(
      edgesOf(set, new Set(['Secret/x/s']))
        .after.get('Deployment.apps/x/a')
        ?.map(({ to }) => to),
      ['Secret/x/s'],
    );
  });

  it('a circle of what must be is told whole, and the rest has an order', () => {
    const edge = (to: string, order: Edge['order'] = 'must'): Edge => ({ to, order, because: 'so it is' });
    const { kept, circles } = breakCircles(
      new Map([
        ['a', [edge('b')]],
        ['b', [edge('c')]],
        ['c', [edge('a')]],
        ['d', [edge('a')]],
      ]),
    );
    assert.deepEqual(circles, [['a', 'b', 'c']]);
    assert.deepEqual(kept.get('a'), []);
    assert.deepEqual(
      kept.get('d')?.map(({ to }) => to),
      ['a'],
    );
  });

  it('of a circle only what should be goes', () => {
    const edge = (to: string, order: Edge['order']): Edge => ({ to, order, because: 'so it is' });
    const { kept, circles } = breakCircles(
      new Map([
        ['a', [edge('b', 'must'), edge('d', 'should')]],
        ['b', [edge('a', 'should')]],
        ['d', []],
      ]),
    );
    assert.deepEqual(circles, []);
    assert.deepEqual(
      [...kept].map(([id, list]) => [id, list.map(({ to }) => to)]),
      [
        ['a', ['b', 'd']],
        ['b', []],
        ['d', []],
      ],
    );
  });

  it('a chain may be as long as a set', () => {
    const chain = new Map(
      Array.from({ length: 50_000 }, (_, index) => [`${index}`, [{ to: `${index + 1}`, order: 'must', because: '' }] as const]),
    );
    assert.deepEqual(breakCircles(chain).circles, []);
  });
});
