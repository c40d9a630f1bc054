import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/manifests/manifestObject.ts';
import type { KubernetesObject } from '../../../src/kubernetes/client.ts';
import { isAsWritten } from '../../../src/kubernetes/objects/asWritten.ts';
import { differences } from '../../../src/kubernetes/objects/differences.ts';
import { sameQuantity } from '../../../src/kubernetes/objects/quantity.ts';

const live = (object: JsonObject, owned: JsonObject, apiVersion = 'v1'): KubernetesObject => ({
  ...object,
  metadata: { name: 'a', managedFields: [{ manager: 'slipway', operation: 'Apply', apiVersion, fieldsV1: owned }] },
});
const manifest = (object: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...object });
const isSame = (wanted: JsonObject, seen: JsonObject, owned: JsonObject): boolean =>
  isAsWritten(manifest(wanted), live(seen, owned), 'slipway');

describe('1.2/5 an object is as it was written', () => {
  it('when every field of the file is so, whatever others have added', () => {
    const owned = { 'f:data': { 'f:x': {} } };
    assert.ok(isSame({ data: { x: '1' } }, { data: { x: '1', theirs: '2' } }, owned));
    assert.ok(!isSame({ data: { x: '1' } }, { data: { x: '2' } }, owned));
    assert.ok(!isSame({ data: { x: '1' } }, {}, owned));
  });

  it('not when we still own a field that the file has no longer', () => {
    assert.ok(!isSame({ data: { x: '1' } }, { data: { x: '1', y: '2' } }, { 'f:data': { 'f:x': {}, 'f:y': {} } }));
    assert.ok(!isSame({}, { data: { x: '1' } }, { 'f:data': { 'f:x': {} } }));
  });

  it('not when something is in a value that can only be owned as a whole', () => {
    const owned = { 'f:selector': {} };
    assert.ok(isSame({ selector: { app: 'a' } }, { selector: { app: 'a' } }, owned));
    assert.ok(!isSame({ selector: { app: 'a' } }, { selector: { app: 'a', more: 'b' } }, owned));
    const list = { 'f:tolerations': {} };
    assert.ok(isSame({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'a' }] }, list));
    assert.ok(!isSame({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'a', effect: 'NoSchedule' }] }, list));
  });

  it('when defaults were filled in within items of a list that is a map', () => {
    const owned = { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } } };
    assert.ok(isSame({ ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP' }] }, owned));
    assert.ok(
      !isSame({ ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP' }, { containerPort: 81 }] }, owned),
    );
    const removed = { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:name': {} } } };
    assert.ok(!isSame({ ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }, removed));
  });

  it('when the server has dropped what is empty, and keeps nothing of null or of a status', () => {
    assert.ok(
      isSame({ spec: { resources: {}, list: [], nothing: null }, status: { a: 1 } }, { spec: {} }, { 'f:spec': { 'f:resources': {} } }),
    );
  });

  it('when text of a Secret became data', () => {
    const secret = { kind: 'Secret', stringData: { password: 'canary' } };
    const owned = { 'f:stringData': { 'f:password': {} } };
    assert.ok(isSame(secret, { data: { password: Buffer.from('canary').toString('base64') } }, owned));
    assert.ok(!isSame(secret, { data: { password: Buffer.from('other').toString('base64') } }, owned));
  });

  it('never without knowing what we own: then the server is asked', () => {
    const wanted = manifest({ data: { x: '1' } });
    const seen = live({ data: { x: '1' } }, { 'f:data': { 'f:x': {} } });
    assert.ok(isAsWritten(wanted, seen, 'slipway'));
    assert.ok(!isAsWritten(wanted, seen, 'kubectl'));
    assert.ok(!isAsWritten(wanted, live({ data: { x: '1' } }, { 'f:data': { 'f:x': {} } }, 'v1beta1'), 'slipway'));
  });
});

describe('quantities', () => {
  const limit = ['resources', 'limits', 'cpu'];

  it('are one amount however they are written', () => {
    for (const [a, b] of [
      ['0.5', '500m'],
      [1, '1'],
      ['1024Mi', '1Gi'],
      ['1e3', '1k'],
      ['1.5Gi', '1536Mi'],
      ['.5', '500m'],
      ['12E', '12000P'],
    ] as const) {
      assert.ok(sameQuantity(a, b, limit), `${a} ${b}`);
    }
  });

  it('differ where the amount does, and are nothing elsewhere', () => {
    for (const [a, b] of [
      ['1G', '1Gi'],
      ['1', '1m'],
      ['', ''],
      ['abc', 'abc'],
    ] as const) {
      assert.ok(!sameQuantity(a, b, limit), `${a} ${b}`);
    }
    assert.ok(!sameQuantity('1000m', '1', ['data', 'value']), 'a text is a text');
  });
});

describe('1.2/6 differences', () => {
  it('name fields by the names of their items, and leave out what the server counts', () => {
    const object = (image: string, version: string, extra: object = {}): JsonObject => ({
      kind: 'Deployment',
      metadata: { name: 'a', resourceVersion: version, managedFields: [], generation: Number(version), annotations: { 'a.b/c': version } },
      spec: { containers: [{ name: 'main', image, ...extra }] },
      status: { at: version },
    });
    assert.deepEqual(differences(object('x:1', '1'), object('x:2', '2', { tty: true })), [
      { path: 'metadata.annotations["a.b/c"]', before: '1', after: '2' },
      { path: 'spec.containers[main].image', before: 'x:1', after: 'x:2' },
      { path: 'spec.containers[main].tty', before: null, after: true },
    ]);
  });

  it('show no value of a Secret, neither in its data nor in the annotation that kubectl keeps them in', () => {
    const secret = (value: string): JsonObject => ({
      kind: 'Secret',
      metadata: { name: 'a', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': value } },
      data: { password: value },
    });
    const found = differences(secret('canary-1'), { ...secret('canary-2'), data: { password: 'canary-2', more: 'canary-3' } });
    assert.deepEqual(
      found.map(({ path, before, after }) => [path, before, after]),
      [
        ['metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]', '(secret)', '(secret)'],
        ['data.password', '(secret)', '(secret)'],
        ['data.more', null, '(secret)'],
      ],
    );
    assert.ok(!JSON.stringify(differences({ kind: 'Secret' }, secret('canary-4'))).includes('canary'));
  });
});
