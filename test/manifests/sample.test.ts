import assert from 'node:assert/strict';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { edgesOf } from '../../src/manifests/edges.ts';
import { expectedBuckets } from '../../src/manifests/expectedBuckets.ts';
import { itemsAt, textAt } from '../../src/manifests/json.ts';
import { manifestSet } from '../../src/manifests/manifestSet.ts';
import type { ManifestSet } from '../../src/manifests/manifestSet.ts';
import { missingSecrets } from '../../src/manifests/missingSecrets.ts';
import { groupKind, objectId } from '../../src/manifests/objectKey.ts';
import { below, matches } from '../../src/manifests/patterns.ts';
import { podPlaces } from '../../src/manifests/referenceTable.ts';
import { behind } from '../../src/manifests/webhooks.ts';
import { ManifestReader } from '../../src/runner/readManifests.ts';
import { stageFolders } from '../../src/stages/stageFolders.ts';

const home = new URL('../../manifests/', import.meta.url).pathname;

/** What the AWS half makes, and the chart of the stage tls. */
const elsewhere = new Set(['Namespace/default']);

/** Millicores, and MiB. */
const cpu = (text: string): number => (text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000);
const memory = (text: string): number => Number.parseFloat(text) * (text.endsWith('Gi') ? 1024 : 1);

describe('the sample platform', () => {
  let set: ManifestSet;
  let values: Awaited<ReturnType<ManifestReader['read']>>['files'];
  const pods = (): readonly {
    readonly id: string;
    readonly replicas: number;
    readonly spec: ReturnType<typeof matches>[number]['value'];
  }[] =>
    set.objects.flatMap((object) => {
      const written = Number(matches(object.json, 'spec.replicas')[0]?.value ?? 1);
      return (podPlaces[groupKind(object.key)] ?? []).flatMap((place) =>
        matches(object.json, place).map(({ value }) => ({ id: objectId(object.key), replicas: written, spec: value })),
      );
    });
  const containers = (): readonly ReturnType<typeof matches>[number]['value'][] =>
    pods().flatMap(({ spec }) => ['containers', 'initContainers'].flatMap((list) => itemsAt(spec, list)));

  before(async () => {
    const text = (await new ManifestReader(home).read('platform.yml')).files[0]?.text ?? '';
    const { spec } = parsePlatform(text, `${home}platform.yml`);
    assert.ok(spec);
    const reader = new ManifestReader(home);
    const stages = [];
    for (const { stage, path, namespace } of stageFolders(spec)) {
      const { files, findings: unread } = await reader.read(path);
      assert.deepEqual(unread, []);
      stages.push({ stage, files, ...(namespace === undefined ? {} : { namespace }) });
    }
    set = manifestSet(stages);
    values = (await reader.read('sentry')).files;
  });

  it('has no finding', () => {
    assert.ok(set.objects.length > 90, 'there is something to find fault with');
    assert.deepEqual(set.findings, []);
    assert.deepEqual(edgesOf(set).findings, []);
  });

  it('refers to nothing that is not there, but for the Secrets that a person gives', () => {
    const made = new Set(set.references.filter(({ makes }) => makes).map(({ to }) => objectId(to)));
    const missing = set.references.map(({ to }) => objectId(to)).filter((id) => !set.byId.has(id) && !made.has(id) && !elsewhere.has(id));
    const secrets = missingSecrets(set);
    assert.deepEqual([...new Set(missing)].toSorted(), secrets.map(({ id }) => id).toSorted());
    assert.deepEqual(
      secrets.map(({ id, keys }) => `${id} ${keys.join()}`),
      [
        'Secret/argo-events/github-access token,webhook-secret',
        'Secret/argo-events/kaniko config.json',
        'Secret/argo-events/minio accesskey,secretkey',
        'Secret/minio/minio accesskey,secretkey',
        'Secret/pascal/minio accesskey,secretkey',
      ],
    );
  });

  it('names keys that are there, and namespaces that are written', () => {
    for (const { to, keys } of set.references) {
      const target = set.byId.get(objectId(to));
      const there = Object.keys(target === undefined ? {} : (matches(target.json, 'data')[0]?.value ?? {}));
      if (target !== undefined)
        assert.deepEqual(
          keys.filter((key) => !there.includes(key)),
          [],
          objectId(to),
        );
    }
    const namespaces = new Set(set.objects.map(({ key }) => key.namespace).filter(Boolean));
    assert.deepEqual(
      [...namespaces].filter((name) => !set.byId.has(`Namespace/${name}`)),
      [],
    );
  });

  it('expects the buckets of orders, workflows and Sentry', () => {
    assert.deepEqual(
      expectedBuckets(set, values).map(({ name }) => name),
      ['orders', 'sentry', 'workflows'],
    );
  });

  it('pins every image', () => {
    const images = set.objects.flatMap(({ json }) =>
      below({ path: [], value: json }).flatMap(({ path, value }) => (path.at(-1) === 'image' && typeof value === 'string' ? [value] : [])),
    );
    assert.ok(images.length > 15);
    assert.deepEqual(
      images.filter(
        (image) => !/^[a-z0-9.-]+\.[a-z]+\/[a-z0-9/._-]+:v?[A-Za-z0-9.-]*\d[A-Za-z0-9.-]*$/.test(image) || image.endsWith(':latest'),
      ),
      [],
    );
  });

  it('every Service selects somebody, and every port has somebody who listens', () => {
    const services = set.objects.filter(({ key }) => groupKind(key) === 'Service');
    assert.ok(services.length >= 8);
    for (const service of services) {
      const workloads = behind(service, set.objects);
      assert.notEqual(workloads.length, 0, objectId(service.key));
      const listening = workloads.flatMap(({ json }) =>
        matches(json, 'spec.template.spec.containers[].ports[].name').map(({ value }) => value),
      );
      for (const { value } of matches(service.json, 'spec.ports[].targetPort'))
        assert.ok(listening.includes(value), `${objectId(service.key)} ${JSON.stringify(value)}`);
    }
  });

  it('every Ingress leads to a port that its Service has', () => {
    const backends = set.objects.flatMap(({ key, json }) =>
      key.kind === 'Ingress'
        ? matches(json, 'spec.rules[].http.paths[].backend.service').map(({ value }) => ({ namespace: key.namespace, value }))
        : [],
    );
    assert.ok(backends.length >= 5);
    for (const { namespace, value } of backends) {
      const service = set.byId.get(`Service/${namespace}/${textAt(value, 'name') ?? ''}`);
      const port = textAt(value, 'port', 'name');
      if (service !== undefined)
        assert.ok(
          matches(service.json, 'spec.ports[].name').some((match) => match.value === port),
          String(port),
        );
    }
  });

  it('whatever keeps running is probed, asks for what it needs, and is bounded', () => {
    const all = containers();
    assert.ok(all.length > 12);
    for (const container of all) {
      const name = textAt(container, 'name') ?? '';
      for (const need of ['cpu', 'memory']) assert.ok(textAt(container, 'resources', 'requests', need), `${name}: ${need}`);
      assert.ok(textAt(container, 'resources', 'limits', 'memory'), name);
      const isJob = itemsAt(container, 'args').some((arg) => arg === 'create' || arg === 'patch');
      for (const probe of ['readinessProbe', 'livenessProbe'])
        assert.equal(matches(container, probe).length, isJob ? 0 : 1, `${name}: ${probe}`);
    }
  });

  it('fits twelve t3.small beside Sentry', () => {
    const running = pods().filter(({ id }) => /^(Deployment|StatefulSet)\./.test(id));
    const count = running.reduce((sum, { replicas }) => sum + replicas, 0);
    const need = (resource: string, parse: (text: string) => number): number =>
      running.reduce(
        (sum, { replicas, spec }) =>
          sum +
          replicas *
            itemsAt(spec, 'containers').reduce(
              (all: number, each) => all + parse(textAt(each, 'resources', 'requests', resource) ?? '0'),
              0,
            ),
        0,
      );
    // of 11 slots three are the node's own; CoreDNS and the CSI controller take four, Sentry 38, the other charts and Argo Events' own 12
    assert.ok(count > 10 && count <= 12 * 8 - 4 - 38 - 12, `${count} pods`);
    assert.ok(need('memory', memory) < 12 * 1400 * 0.4, `${need('memory', memory)} MiB`);
    assert.ok(need('cpu', cpu) < 12 * 1930 * 0.4, `${need('cpu', cpu)} m`);
    for (const { id, spec } of running) {
      const largest = itemsAt(spec, 'containers').reduce(
        (all: number, each) => all + memory(textAt(each, 'resources', 'requests', 'memory') ?? '0'),
        0,
      );
      assert.ok(largest <= 1000, `${id} fits one node`);
    }
  });
});
