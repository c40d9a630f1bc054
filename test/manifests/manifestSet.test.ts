import assert from 'node:assert/strict';
import { at } from '../../src/manifests/json.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import { objectId } from '../../src/manifests/objectKey.ts';
import { manifest, setOf, told } from './texts.ts';

const configMap = (name: string, namespace?: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }\n`;
const namespace = (name: string, labels: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: ${labels} }\n`;
const crd =
  'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: things.a.io }\nspec: { group: a.io, scope: Cluster, names: { kind: Thing, plural: things } }\n';

describe('a set of manifests', () => {
  it('is the same in any order of files and documents', () => {
    const texts = [configMap('b'), crd, configMap('a', 'x'), namespace('x', '{}'), configMap('a')];
    const ids = (files: readonly string[]): readonly string[] =>
      manifestSet([{ stage: 's', files: files.map((text, index) => manifest(text, `${index}.yml`)) }]).objects.map(({ key }) =>
        objectId(key),
      );
    const expected = ids(texts);
    assert.deepEqual(expected, [
      'ConfigMap/default/a',
      'ConfigMap/default/b',
      'ConfigMap/x/a',
      'CustomResourceDefinition.apiextensions.k8s.io/things.a.io',
      'Namespace/x',
    ]);
    assert.deepEqual(ids(texts.toReversed()), expected);
    assert.deepEqual(ids([texts.join('---\n')]), expected);
  });

  it('puts what names no namespace into that of its stage, in key and JSON alike', () => {
    const [object] = setOf(configMap('a'), 'mine').objects;
    assert.equal(object?.key.namespace, 'mine');
    assert.equal(at(object.json, 'metadata', 'namespace'), 'mine');
    assert.equal(setOf(configMap('a', 'own'), 'mine').objects[0]?.key.namespace, 'own');
  });

  it('drops the namespace of what belongs to the cluster, with a warning', () => {
    const set = setOf(
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: a, namespace: x }\n---\n${crd}---\napiVersion: a.io/v1\nkind: Thing\nmetadata: { name: t, namespace: x }\n`,
    );
    assert.deepEqual(
      set.objects
        .filter(({ key }) => key.kind !== 'CustomResourceDefinition')
        .map(({ key, json }) => [objectId(key), at(json, 'metadata', 'namespace')]),
      [
        ['ClusterRole.rbac.authorization.k8s.io/a', undefined],
        ['Thing.a.io/t', undefined],
      ],
    );
    assert.deepEqual(
      set.findings.map(({ severity, ...finding }) => [severity, told({ severity, ...finding })]),
      [
        ['warning', 'manifest.cluster-scoped 3:33-3:34'],
        ['warning', 'manifest.cluster-scoped 12:33-12:34'],
      ],
    );
  });

  it('says which kinds only the cluster can know', () => {
    const { findings, objects } = setOf('apiVersion: b.io/v1\nkind: Other\nmetadata: { name: o }\n');
    assert.deepEqual(findings.map(told), ['manifest.unknown-kind 2:7-2:12']);
    assert.match(findings[0]?.message ?? '', /^Other\.b\.io is no kind of Kubernetes/);
    assert.equal(objects[0]?.key.namespace, '');
  });

  it('refuses an object in two places, and names both', () => {
    const set = manifestSet([
      { stage: 'one', files: [manifest(configMap('a'), 'one/a.yml')] },
      { stage: 'two', files: [manifest(`# moved\n${configMap('a', 'default')}`, 'two/b.yml')] },
    ]);
    assert.deepEqual(
      set.findings.map(({ message, severity, resource }) => [severity, resource, message]),
      [['error', 'ConfigMap/default/a', 'ConfigMap default/a is written in one/a.yml:1 and again in two/b.yml:2: keep one.']],
    );
    assert.equal(set.objects[0]?.stage, 'one');
  });

  it('says when one file belongs to two stages', () => {
    const files = [manifest(configMap('a'), 'one/a.yml')];
    const { findings } = manifestSet([
      { stage: 'one', files },
      { stage: 'two', files },
    ]);
    assert.match(findings[0]?.message ?? '', /one\/a\.yml belongs to the stages one and two/);
  });

  it('takes another version of the same kind for the same object', () => {
    const hpa = (version: string): string => `apiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: { name: a }\n`;
    assert.deepEqual(setOf(`${hpa('v1')}---\n${hpa('v2')}`).findings.map(told), ['manifest.duplicate 7:19-7:20']);
  });

  it('merges a Namespace that is written twice, with an information', () => {
    const set = setOf(`${namespace('x', '{ a: "1" }')}---\n${namespace('x', '{ b: "2", a: "1" }')}`);
    const [object, ...more] = set.objects;
    assert.deepEqual(more, []);
    assert.deepEqual(at(object?.json, 'metadata', 'labels'), { a: '1', b: '2' });
    assert.equal(object?.also?.length, 1);
    assert.deepEqual(
      set.findings.map(({ severity, code }) => [severity, code]),
      [['information', 'manifest.namespace-merged']],
    );
  });

  it('refuses to merge Namespaces that contradict each other', () => {
    const { findings } = setOf(`${namespace('x', '{ a: "1" }')}---\n${namespace('x', '{ a: "2" }')}`);
    assert.deepEqual(
      findings.map(({ severity, code }) => [severity, code]),
      [['error', 'manifest.duplicate']],
    );
    assert.match(findings[0]?.message ?? '', /a\.yml:1 and a\.yml:5/);
  });
});
