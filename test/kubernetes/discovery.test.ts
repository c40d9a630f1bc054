import assert from 'node:assert/strict';
import { Discovery } from '../../src/kubernetes/discovery.ts';
import { collectionPath, objectPath, pathInWords } from '../../src/kubernetes/paths.ts';

const signal = new AbortController().signal;
const aggregated = (...items: readonly object[]): object => ({ kind: 'APIGroupDiscoveryList', items });
const group = (name: string | undefined, version: string, ...resources: readonly object[]): object => ({
  metadata: name === undefined ? {} : { name },
  versions: [{ version, resources }],
});
const resource = (plural: string, kind: string, scope: string): object => ({ resource: plural, responseKind: { kind }, scope });

describe('discovery', () => {
  it('reads all kinds in two requests where the server aggregates, once for all who ask', async () => {
    const asked: string[] = [];
    const discovery = new Discovery((path, _signal, accept) => {
      asked.push(path);
      assert.match(accept, /APIGroupDiscoveryList/);
      return Promise.resolve(
        path === '/api'
          ? aggregated(group(undefined, 'v1', resource('namespaces', 'Namespace', 'Cluster')))
          : aggregated(group('apps', 'v1', resource('deployments', 'Deployment', 'Namespaced'))),
      );
    });
    const [namespace, deployment, unknown] = await Promise.all([
      discovery.known('v1', 'Namespace', signal),
      discovery.known('apps/v1', 'Deployment', signal),
      discovery.known('apps/v1beta1', 'Deployment', signal),
    ]);
    assert.deepEqual(asked, ['/api', '/apis']);
    assert.deepEqual(namespace, { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false });
    assert.deepEqual(deployment?.namespaced, true);
    assert.equal(unknown, undefined);
  });

  it('asks each group where the server does not aggregate, and leaves subresources out', async () => {
    const answers: Readonly<Record<string, object>> = {
      '/api': { kind: 'APIVersions' },
      '/apis': { kind: 'APIGroupList', groups: [{ name: 'apps', versions: [{ version: 'v1' }] }] },
      '/api/v1': {
        resources: [
          { name: 'pods', kind: 'Pod', namespaced: true },
          { name: 'pods/log', kind: 'Pod', namespaced: true },
        ],
      },
      '/apis/apps/v1': { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] },
    };
    const discovery = new Discovery((path) => Promise.resolve(answers[path]));
    assert.deepEqual(
      (await discovery.kinds(signal)).map((kind) => collectionPath(kind, 'kafka')),
      ['/api/v1/namespaces/kafka/pods', '/apis/apps/v1/namespaces/kafka/deployments'],
    );
  });

  it('is read anew when asked to, and after it could not be read', async () => {
    let isDown = true;
    let resources: readonly object[] = [];
    const discovery = new Discovery(() =>
      isDown ? Promise.reject(new Error('down')) : Promise.resolve(aggregated(group('example.invalid', 'v1', ...resources))),
    );
    await assert.rejects(discovery.known('example.invalid/v1', 'Widget', signal));
    isDown = false;
    assert.equal(await discovery.known('example.invalid/v1', 'Widget', signal), undefined);
    resources = [resource('widgets', 'Widget', 'Cluster')];
    assert.equal(await discovery.known('example.invalid/v1', 'Widget', signal), undefined, 'kept');
    await discovery.refresh(signal);
    assert.equal((await discovery.known('example.invalid/v1', 'Widget', signal))?.plural, 'widgets');
  });

  it('goes on for the others when the one who asked first has stopped, and stops when all have', async () => {
    const answers: ((answer: object) => void)[] = [];
    const signals: AbortSignal[] = [];
    const discovery = new Discovery((_path, own) => {
      signals.push(own);
      return new Promise((resolve, reject) => {
        answers.push(resolve);
        own.addEventListener('abort', () => reject(new Error('stopped')));
      });
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const look = discovery.kinds(first.signal);
    const run = discovery.kinds(second.signal);
    first.abort(new Error('cancelled'));
    await assert.rejects(look, /cancelled/);
    for (const answer of answers) answer(aggregated(group('apps', 'v1', resource('deployments', 'Deployment', 'Namespaced'))));
    assert.equal((await run).length, 2);

    const third = new AbortController();
    const again = discovery.refresh(third.signal);
    third.abort(new Error('cancelled'));
    await assert.rejects(again, /cancelled/);
    assert.equal(signals.at(-1)?.aborted, true);
    const fourth = discovery.kinds(signal);
    assert.equal(signals.length, 6, 'one that was stopped answers nobody');
    for (const answer of answers) answer(aggregated());
    await fourth;
  });
});

describe('paths', () => {
  const widgets = { group: 'example.invalid', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true };

  it('lead to an object, whatever its name', () => {
    assert.equal(objectPath(widgets, 'a', 'system:x/y'), '/apis/example.invalid/v1/namespaces/a/widgets/system%3Ax%2Fy');
    assert.equal(objectPath({ ...widgets, namespaced: false }, '', 'x'), '/apis/example.invalid/v1/widgets/x');
  });

  it('are told in words', () => {
    const words: Readonly<Record<string, string>> = {
      '/api/v1/nodes': 'nodes',
      '/api/v1/namespaces': 'namespaces',
      '/api/v1/namespaces/kafka': 'namespaces kafka',
      '/api/v1/namespaces/kafka/secrets': 'secrets in namespace kafka',
      '/apis/apps/v1/namespaces/kafka/deployments/broker': 'deployments.apps broker in namespace kafka',
      '/apis/storage.k8s.io/v1/storageclasses/gp3': 'storageclasses.storage.k8s.io gp3',
      '/api/v1/namespaces/kafka/pods/a/log': 'log of pods a in namespace kafka',
      '/version': '/version',
    };
    for (const [path, said] of Object.entries(words)) assert.equal(pathInWords(path), said);
  });
});
