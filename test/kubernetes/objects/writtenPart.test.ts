import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/manifests/manifestObject.ts';
import { writtenPart } from '../../../src/kubernetes/objects/writtenPart.ts';

describe('the part of a live object that is laid beside its manifest', () => {
  it('has no defaults, nothing of others, and none of our own labels', () => {
    const manifest: JsonObject = {
      metadata: { name: 'shop', labels: { app: 'shop' } },
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image: 'a:1', ports: [{ containerPort: 80 }] }] } } },
    };
    const live: JsonObject = {
      metadata: {
        name: 'shop',
        uid: 'u',
        labels: { app: 'shop', theirs: 'x', 'slipway.dev/platform': 'cauchy', 'applyset.kubernetes.io/part-of': 'applyset-1-v1' },
      },
      spec: {
        replicas: 3,
        revisionHistoryLimit: 10,
        template: {
          spec: {
            restartPolicy: 'Always',
            containers: [
              { name: 'web', image: 'a:1', imagePullPolicy: 'Always', ports: [{ containerPort: 80, protocol: 'TCP' }] },
              { name: 'sidecar', image: 'theirs:1' },
            ],
          },
        },
      },
    };
    const container = { '.': {}, 'f:name': {}, 'f:image': {}, 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {} } } };
    const owned = {
      'f:metadata': { 'f:labels': { 'f:app': {}, 'f:slipway.dev/platform': {}, 'f:applyset.kubernetes.io/part-of': {} } },
      'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': container } } } },
    };
    assert.deepEqual(writtenPart(live, manifest, owned), {
      ...manifest,
      spec: { ...Object(manifest['spec']), replicas: 3 },
    });
  });

  it('keeps what we wrote and the file has no longer, a field or an item', () => {
    const live = { data: { x: '1', y: '2', theirs: '3' }, list: [{ name: 'a' }, { name: 'b' }, { name: 'c' }], set: ['ours', 'theirs'] };
    const owned = {
      'f:data': { 'f:x': {}, 'f:y': {} },
      'f:list': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} }, 'k:{"name":"b"}': { '.': {}, 'f:name': {} } },
      'f:set': { 'v:"ours"': {} },
    };
    assert.deepEqual(writtenPart(live, { data: { x: '1' }, list: [{ name: 'a' }] }, owned), {
      data: { x: '1', y: '2' },
      list: [{ name: 'a' }, { name: 'b' }],
      set: ['ours'],
    });
  });

  it('shows a value that can only be owned as a whole as it is', () => {
    const live = { selector: { app: 'a', more: 'b' }, args: ['one', 'two'], taken: { x: '1', y: '2' } };
    assert.deepEqual(writtenPart(live, { selector: { app: 'a' }, args: ['one'] }, { 'f:selector': {}, 'f:args': {} }), {
      selector: { app: 'a', more: 'b' },
      args: ['one', 'two'],
    });
  });

  it('says an amount as the manifest does, and tells two ports of one number apart', () => {
    const live = {
      resources: { limits: { cpu: '1' } },
      ports: [
        { containerPort: 53, protocol: 'TCP', name: 'tcp' },
        { containerPort: 53, protocol: 'UDP', name: 'udp' },
      ],
    };
    const manifest = {
      resources: { limits: { cpu: '1000m' } },
      ports: [
        { containerPort: 53, name: 'tcp' },
        { containerPort: 53, protocol: 'UDP', name: 'udp' },
      ],
    };
    const port = (protocol: string): JsonObject => ({ [`k:{"containerPort":53,"protocol":"${protocol}"}`]: { '.': {}, 'f:name': {} } });
    const owned = { 'f:resources': { 'f:limits': { 'f:cpu': {} } }, 'f:ports': { ...port('TCP'), ...port('UDP') } };
    assert.deepEqual(writtenPart(live, manifest, owned), manifest);
  });

  it('goes by the file alone where nobody applied it', () => {
    const live = { spec: { a: 1, b: 2, items: [{ name: 'x', port: 1, more: 2 }], args: ['one', 'two'] } };
    assert.deepEqual(writtenPart(live, { spec: { a: 3, items: [{ name: 'x', port: 1 }], args: ['one'] } }, undefined), {
      spec: { a: 1, items: [{ name: 'x', port: 1 }], args: ['one', 'two'] },
    });
  });
});
