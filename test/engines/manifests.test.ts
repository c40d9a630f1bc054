import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readManifest } from '../../src/manifests/documents.ts';
import { edgesOf } from '../../src/manifests/edges.ts';
import { at } from '../../src/manifests/json.ts';
import type { PlacedObject } from '../../src/manifests/manifestObject.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import type { ManifestSet } from '../../src/manifests/manifestSet.ts';
import { groupKind, objectId } from '../../src/manifests/objectKey.ts';
import { definedKinds, scopeOf } from '../../src/manifests/scopes.ts';
import { ManifestReader } from '../../src/runner/readManifests.ts';
import { startControlPlane, type ControlPlane } from './controlPlane.ts';

/** Scalars on which readers of YAML disagree. */
const scalars =
  'on Off y N yes NO True TRUE tRUE ~ null Null nULL 0777 0o17 0b101 0x1F -0x10 08 09.5 1_000 22:22 1:30:00 2020-01-01 1e3 1E3 1e+3 .5 5. +7 -0 1.10 1.2.3 0 00 -1 256Mi 1,000 =';

const home = new URL('../../manifests/', import.meta.url).pathname;
const folders = ['ingress-nginx', 'minio', 'kafka', 'argo', 'argo-events', 'mer', 'pascal'];

describe('manifests on the real kube-apiserver, by the real kubectl', () => {
  let plane: ControlPlane;
  let set: ManifestSet;
  const kubectl = (args: readonly string[], input = ''): string =>
    execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
  const apply = ({ json }: PlacedObject): string =>
    kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], JSON.stringify(json));

  before(async function () {
    this.timeout(120_000);
    plane = await startControlPlane();
    const reader = new ManifestReader(home);
    const stages = [];
    for (const stage of folders) stages.push({ stage, files: (await reader.read(stage)).files });
    set = manifestSet(stages);
  });
  after(() => plane.stop());

  it('takes every object of the sample platform strictly, in the order of its edges', function () {
    this.timeout(240_000);
    const { after: edges } = edgesOf(set);
    const done = new Set<string>();
    let left = set.objects;
    while (left.length > 0) {
      const next = left.filter(({ key }) => (edges.get(objectId(key)) ?? []).every(({ to }) => done.has(to)));
      assert.notEqual(next.length, 0, 'the order comes to an end');
      for (const object of next) {
        // Nobody answers the webhook here: it would refuse every Ingress.
        const isWebhook = groupKind(object.key).startsWith('ValidatingWebhookConfiguration');
        if (isWebhook) kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], JSON.stringify(object.json));
        else assert.match(apply(object), /serverside-applied/);
        if (object.key.kind === 'CustomResourceDefinition')
          kubectl(['wait', '--for=condition=Established', '--timeout=30s', `crd/${object.key.name}`]);
        done.add(objectId(object.key));
      }
      left = left.filter(({ key }) => !done.has(objectId(key)));
    }
    assert.equal(done.size, set.objects.length);
  });

  it('knows of every built-in kind whether it lies in a namespace', () => {
    const none = definedKinds([]);
    const served = (namespaced: boolean): readonly string[] =>
      kubectl(['api-resources', `--namespaced=${namespaced}`, '--no-headers'])
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/).slice(-3))
        .map(([apiVersion = '', , kind = '']) =>
          groupKind({ group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', kind }),
        )
        .filter((kind) => !kind.endsWith('.argoproj.io'));
    const unlike = [true, false].flatMap((namespaced) =>
      served(namespaced).filter((id) => {
        const [kind = '', ...group] = id.split('.');
        return scopeOf({ kind, group: group.join('.') }, none) !== (namespaced ? 'namespaced' : 'cluster');
      }),
    );
    assert.ok(served(true).length > 25 && served(false).length > 25, 'there is something to compare');
    assert.deepEqual(unlike, []);
  });

  it('reads scalars, keys and merges as kubectl does', () => {
    const words = scalars
      .split(' ')
      .map(
        (word, index) =>
          `  v${index}: ${word}\n  k${index}: { ${word === '~' || word === 'null' || word === 'Null' || word === '=' ? 'x' : word}: 1 }\n`,
      );
    const text = `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: { name: a, namespace: argo }\nspec:\n  base: &base { a: 1, b: 2 }\n  merged: { <<: *base, b: 3 }\n  block: |\n    x\n     y\n  folded: >-\n    x\n    y\n${words.join('')}`;
    const theirs: unknown = JSON.parse(kubectl(['create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', '-'], text));
    const [ours] = readManifest({ path: 'a.yml', file: '/a.yml', text }).objects;
    assert.ok(ours, 'ours reads it at all');
    assert.deepEqual(at(ours.json, 'spec'), (theirs as { spec: unknown }).spec);
  });
});
