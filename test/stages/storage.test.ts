import assert from 'node:assert/strict';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import { takesOurClass } from '../../src/stages/storage.ts';

const takes = (text: string): boolean | undefined => {
  const [object] = manifestSet([{ stage: 'kafka', files: [{ path: 'a.yml', file: '/p/a.yml', text }] }]).objects;
  return object && takesOurClass(object);
};
const claim = (spec: string): string =>
  `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: data, namespace: kafka }\nspec: { ${spec} }\n`;
const workload = (kind: string, spec: string): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: data, namespace: kafka }\nspec: { ${spec} }\n`;

describe('who comes after the storage class that we make', () => {
  it('is a claim that names it, or none', () => {
    assert.equal(takes(claim('storageClassName: slipway-gp3')), true);
    assert.equal(takes(claim('accessModes: [ReadWriteOnce]')), true);
    assert.equal(takes(claim("storageClassName: ''")), false, 'it takes a volume that somebody made');
    assert.equal(takes(claim('storageClassName: theirs')), false);
    assert.equal(takes(claim('volumeName: theirs')), false);
  });

  it('is a workload whose own claims do', () => {
    assert.equal(takes(workload('StatefulSet', 'volumeClaimTemplates: [{ spec: { storageClassName: slipway-gp3 } }]')), true);
    assert.equal(takes(workload('StatefulSet', 'volumeClaimTemplates: [{ spec: { storageClassName: theirs } }]')), false);
    const scratch = 'template: { spec: { volumes: [{ name: x, ephemeral: { volumeClaimTemplate: { spec: {} } } }] } }';
    assert.equal(takes(workload('Deployment', scratch)), true);
    assert.equal(takes(workload('Deployment', 'replicas: 1')), false);
  });
});
