import assert from 'node:assert/strict';
import { missingSecrets } from '../../src/manifests/missingSecrets.ts';
import { objectId } from '../../src/manifests/objectKey.ts';
import { matches } from '../../src/manifests/patterns.ts';
import { podPlaces, referenceTable } from '../../src/manifests/referenceTable.ts';
import type { ReferenceRow } from '../../src/manifests/referenceTable.ts';
import { setOf } from './texts.ts';

const deployment = (spec: string, name = 'a'): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: x }\nspec: { template: { spec: ${spec} } }\n`;
const object = (apiVersion: string, kind: string, rest: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a, namespace: x }\n${rest}\n`;

/** `to [keys] flags` of everything that the objects name. */
function named(...texts: readonly string[]): readonly string[] {
  return setOf(texts.join('---\n')).references.map(({ to, keys, optional, makes }) =>
    [objectId(to), ...(keys.length === 0 ? [] : [`[${keys.join()}]`]), ...(optional ? ['optional'] : []), ...(makes ? ['makes'] : [])].join(
      ' ',
    ),
  );
}

/** Of several kinds one of the cluster, if there is one: everybody can name it. */
function targetOf(kinds: Readonly<Record<string, string>>): readonly [word: string, kind: string] {
  const [first = ['', '']] = Object.entries(kinds);
  return Object.entries(kinds).find(([, kind]) => kind.startsWith('Cluster')) ?? first;
}

/** Turns a row into the smallest object that has its place, filled with what the row says. */
function example(row: ReferenceRow): string {
  const [on, prefix] = row.on === 'pod' ? ['Deployment.apps', `${podPlaces['Deployment.apps']?.[0] ?? ''}.`] : [row.on, ''];
  const [kind = '', ...group] = on.split('.');
  const selector = { name: 'n', key: 'k' };
  const own = {
    [row.name ?? 'name']: 'n',
    ...(row.namespace === undefined ? {} : { [row.namespace]: 'other' }),
    ...(row.keys === undefined ? {} : { key: 'k' }),
    ...(typeof row.to === 'string' ? {} : { [row.to.property]: targetOf(row.to.kinds)[0] }),
  };
  const value = row.at.endsWith('**') ? { credentials: selector } : row.name === undefined ? 'n' : own;
  const pattern = prefix + row.at.replace(/\.\*\*$/, '');
  const steps = [...pattern.matchAll(/\["([^"]+)"\]|\[\]|[^.[]+/g)].map(([step, quoted]) => quoted ?? step);
  const body = steps.reduceRight<unknown>((inner, step) => (step === '[]' ? [inner] : { [step === '*' ? 'any' : step]: inner }), value);
  const json = { apiVersion: group.length === 0 ? 'v1' : `${group.join('.')}/v1`, kind, metadata: { name: 'a', namespace: 'x' } };
  const { metadata = {}, ...rest } = body as { metadata?: object };
  return JSON.stringify({ ...json, ...rest, metadata: { ...json.metadata, ...metadata } });
}

describe('references between objects', () => {
  describe('every row of the table finds its place', () => {
    for (const row of referenceTable) {
      it(`${row.on} ${row.at}`, () => {
        const target = typeof row.to === 'string' ? row.to : targetOf(row.to.kinds)[1];
        const [first] = setOf(example(row)).references.filter(
          ({ to }) => (to.group === '' ? to.kind : `${to.kind}.${to.group}`) === target,
        );
        assert.ok(first, 'the row finds nothing in an example of its place');
        assert.equal(first.to.name, 'n');
      });
    }
  });

  it('patterns: lists, any key, quoted keys', () => {
    const value = { a: [{ b: 1 }, { b: 2 }, { c: 3 }], 'x.y/z': { k: 4, l: 5 } };
    assert.deepEqual(
      matches(value, 'a[].b').map(({ path }) => path),
      [
        ['a', 0, 'b'],
        ['a', 1, 'b'],
      ],
    );
    assert.deepEqual(
      matches(value, '["x.y/z"].*').map((match) => match.value),
      [4, 5],
    );
    assert.deepEqual(matches(value, 'a.b'), []);
    assert.deepEqual(matches({ toString: 1 }, 'constructor'), []);
  });

  it('have the range of the name', () => {
    const [reference] = setOf(deployment('{ serviceAccountName: me }')).references;
    assert.deepEqual(reference && reference.from.source.rangeOf(reference.path), {
      file: '/platform/a.yml',
      start: { line: 4, column: 49 },
      end: { line: 4, column: 51 },
    });
  });

  it('a place counts once, and tells keys and whether it may be missing', () => {
    assert.deepEqual(
      named(
        deployment(
          '{ containers: [{ name: c, env: [{ name: A, valueFrom: { secretKeyRef: { name: s, key: k, optional: true } } }], envFrom: [{ configMapRef: { name: m } }] }], volumes: [{ secret: { secretName: t, items: [{ key: a, path: a }, { key: b, path: b }] } }] }',
        ),
      ),
      ['Secret/x/s [k] optional', 'ConfigMap/x/m', 'Secret/x/t [a,b]'],
    );
  });

  it('what always exists or is filled in later names nothing', () => {
    assert.deepEqual(named(deployment('{ serviceAccountName: default, priorityClassName: system-node-critical }')), []);
    const template =
      'spec: { templates: [{ inputs: { artifacts: [{ name: x, s3: { secretKeySecret: { name: "{{workflow.name}}", key: k } } }] } }] }';
    assert.deepEqual(named(object('argoproj.io/v1alpha1', 'WorkflowTemplate', template)), []);
  });

  it('a subject without a namespace is of the binding’s own', () => {
    const binding = 'roleRef: { kind: ClusterRole, name: edit }\nsubjects: [{ kind: ServiceAccount, name: me }, { kind: User, name: you }]';
    assert.deepEqual(named(object('rbac.authorization.k8s.io/v1', 'RoleBinding', binding)), ['ServiceAccount/x/me']);
  });

  it('a bucket {name, key} and a ConfigMap’s selector are no Secret', () => {
    const source =
      'spec: { minio: { orders: { bucket: { name: orders, key: o }, accessKey: { name: minio, key: a }, filter: { configMapKeyRef: { name: c, key: d } } } } }';
    assert.deepEqual(named(object('argoproj.io/v1alpha1', 'EventSource', source)), [
      'EventBus.argoproj.io/x/default',
      'Secret/x/minio [a]',
    ]);
  });

  it('what a trigger will make is read as what it is', () => {
    const resource =
      '{ apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: { namespace: other }, spec: { workflowTemplateRef: { name: t, clusterScope: true }, volumes: [{ secret: { secretName: s } }] } }';
    const sensor = `spec: { triggers: [{ template: { k8s: { source: { resource: ${resource} } } } }] }`;
    assert.deepEqual(named(object('argoproj.io/v1alpha1', 'Sensor', sensor)), [
      'EventBus.argoproj.io/x/default',
      'Secret/other/s',
      'ClusterWorkflowTemplate.argoproj.io/t',
    ]);
  });
});

describe('missing Secrets', () => {
  const missing = (...texts: readonly string[]): readonly string[] =>
    missingSecrets(setOf(texts.join('---\n'))).map(({ id, keys, needs }) => `${id} [${keys.join()}] ${needs.length}`);
  const needs = (name: string, key: string): string =>
    `{ containers: [{ name: c, env: [{ name: A, valueFrom: { secretKeyRef: { name: ${name}, key: ${key} } } }] }] }`;

  it('are told once, with all keys and all who need them', () => {
    assert.deepEqual(missing(deployment(needs('s', 'k')), deployment(needs('s', 'j'), 'b'), deployment(needs('t', 'k'), 'c')), [
      'Secret/x/s [j,k] 2',
      'Secret/x/t [k] 1',
    ]);
  });

  it('a Secret of the same name in another namespace does not count', () => {
    assert.deepEqual(missing(deployment(needs('s', 'k')), 'apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: y }\n'), [
      'Secret/x/s [k] 1',
    ]);
    assert.deepEqual(missing(deployment(needs('s', 'k')), 'apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: x }\n'), []);
  });

  describe('are not those that', () => {
    const volume = deployment('{ volumes: [{ secret: { secretName: s } }] }');

    it('nobody makes (the search finds one)', () => assert.deepEqual(missing(volume), ['Secret/x/s [] 1']));
    it('may be missing', () => assert.deepEqual(missing(deployment('{ volumes: [{ secret: { secretName: s, optional: true } }] }')), []));
    it('a Certificate makes', () =>
      assert.deepEqual(missing(volume, object('cert-manager.io/v1', 'Certificate', 'spec: { secretName: s }')), []));
    it('an Ingress with an issuer makes', () => {
      const ingress =
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: a, namespace: x, annotations: { cert-manager.io/cluster-issuer: i } }\nspec: { tls: [{ secretName: s }] }\n';
      assert.deepEqual(missing(volume, ingress), []);
      assert.deepEqual(missing(ingress.replace('cert-manager.io/cluster-issuer', 'other')), ['Secret/x/s [] 1']);
    });
    it('an issuer makes for its account', () => {
      assert.deepEqual(missing(object('cert-manager.io/v1', 'ClusterIssuer', 'spec: { acme: { privateKeySecretRef: { name: s } } }')), []);
    });
    it('a Job of an admission webhook makes', () => {
      const job = (args: string): string =>
        object('batch/v1', 'Job', `spec: { template: { spec: { containers: [{ name: c, args: [${args}] }] } } }`);
      assert.deepEqual(missing(volume, job('create, --secret-name=s, --namespace=$(POD_NAMESPACE)')), []);
      assert.deepEqual(missing(volume, job('create, --secret-name=s, --namespace=y')), ['Secret/x/s [] 1']);
      assert.deepEqual(missing(volume, job('patch, --secret-name=s')), ['Secret/x/s [] 1']);
    });
    it('an ExternalSecret makes', () => {
      assert.deepEqual(missing(volume, object('external-secrets.io/v1', 'ExternalSecret', 'spec: { target: { name: s } }')), []);
    });
  });
});
