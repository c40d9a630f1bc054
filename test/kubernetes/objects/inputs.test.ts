import assert from 'node:assert/strict';
import { manifestSet, type ManifestSet } from '../../../src/manifests/manifestSet.ts';
import { objectId } from '../../../src/manifests/objectKey.ts';

const setOf = (...texts: readonly string[]): ManifestSet =>
  manifestSet([{ stage: 'all', namespace: 'kafka', files: texts.map((text, at) => ({ path: `${at}.yml`, file: `/${at}.yml`, text })) }]);
const ids = (set: ManifestSet): readonly string[] => set.objects.map(({ key }) => objectId(key));
const errors = (set: ManifestSet): readonly string[] =>
  set.findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
const configMap = (name: string): string => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}\n`;

describe('what comes to the cluster', () => {
  it('1.2/8 a duplicate is an error that names both places, before anything is written; a Namespace is merged', () => {
    const [message = ''] = errors(setOf(configMap('a'), configMap('a')));
    assert.match(message, /0\.yml/);
    const namespace = (labels: string): string => `{apiVersion: v1, kind: Namespace, metadata: {name: team, labels: ${labels}}}\n`;
    const merged = setOf(namespace('{a: one}'), namespace('{b: two}'));
    assert.deepEqual(errors(merged), []);
    assert.deepEqual(merged.objects[0]?.json['metadata'], { name: 'team', labels: { a: 'one', b: 'two' } });
  });

  it('1.2/15 a List is its items, an empty document is nothing, generateName is a finding', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${configMap('a')}- ${configMap('b')}---\n---\n# nothing\n---\n${configMap('c')}`;
    assert.deepEqual(ids(setOf(list)), ['ConfigMap/kafka/a', 'ConfigMap/kafka/b', 'ConfigMap/kafka/c']);
    const generated = setOf('{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a-}}\n');
    assert.deepEqual(ids(generated), []);
    assert.equal(errors(generated).length, 1);
  });

  it('1.2/15 an object of the cluster loses a namespace that it names, with a warning', () => {
    const set = setOf('{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a, namespace: kafka}, rules: []}\n');
    assert.deepEqual(ids(set), ['ClusterRole.rbac.authorization.k8s.io/a']);
    assert.deepEqual(set.objects[0]?.json['metadata'], { name: 'a' });
    assert.deepEqual(
      set.findings.map(({ severity }) => severity),
      ['warning'],
    );
  });
});
