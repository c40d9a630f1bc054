import assert from 'node:assert/strict';
import { chooseUrl, compareWithLive, restartWorkload, viewLiveYaml } from '../../../src/vscode/flows/objectFlow.ts';
import { resource, stage, status } from '../example.ts';
import { personWho, platformOf } from '../platformOf.ts';

const broker = resource({ id: 'Deployment.apps/kafka/broker', kind: 'Deployment.apps', title: 'broker', state: 'ready' });

describe('what is asked of a Kubernetes object', () => {
  it('shows its live YAML as a document that its name tells apart', async () => {
    const { platform, asked } = platformOf(status(), { objectYaml: { live: 'kind: Deployment\n' } });
    const { dialogs, opened } = personWho([]);
    await viewLiveYaml(platform, dialogs, broker);
    assert.deepEqual(asked, [{ call: 'objectYaml', params: { resource: broker.id } }]);
    assert.deepEqual(opened, [['cauchy Deployment.apps/kafka/broker (live).yaml', 'kind: Deployment\n']]);
    platform.dispose();
  });

  it('compares it with its manifest, without what no manifest can say', async () => {
    const { platform } = platformOf(status(), { objectYaml: { live: 'status: {}', comparable: 'replicas: 1', manifest: 'replicas: 2' } });
    const { dialogs, opened } = personWho([]);
    await compareWithLive(platform, dialogs, broker);
    const name = 'cauchy Deployment.apps/kafka/broker';
    assert.deepEqual(opened, [
      [`${name}: live ↔ manifest`, `${name} (as it is).yaml`, 'replicas: 1', `${name} (manifest).yaml`, 'replicas: 2'],
    ]);
    platform.dispose();
  });

  it('says so where it is not in the cluster, or in no manifest', async () => {
    for (const [answer, words] of [
      [{ manifest: 'x' }, /broker is not in the cluster/],
      [{ live: 'x' }, /broker is in none of the manifests/],
    ] as const) {
      const { platform } = platformOf(status(), { objectYaml: answer });
      const { dialogs, told, opened } = personWho([]);
      await compareWithLive(platform, dialogs, broker);
      assert.match(told.join(), words);
      assert.deepEqual(opened, []);
      platform.dispose();
    }
  });

  it('restarts it after one question, and not without a yes', async () => {
    for (const press of [undefined, 'Restart']) {
      const { platform, asked } = platformOf(status(), {});
      const { dialogs, told } = personWho([], press);
      await restartWorkload(platform, dialogs, broker);
      assert.deepEqual(told, ['Restart broker of cauchy?']);
      assert.deepEqual(asked, press === undefined ? [] : [{ call: 'restart', params: { resource: broker.id } }]);
      platform.dispose();
    }
  });

  it('opens the address of a row; of a stage with several, the one that is chosen by its host', async () => {
    const ingress = (name: string) =>
      resource({ id: `Ingress.networking.k8s.io/${name}`, state: 'ready', url: `https://${name.split('/')[0]}.cauchy.link` });
    const services = stage({ id: 'services', title: 'Services', resources: [ingress('mer/mer'), ingress('pascal/pascal')] });
    const { platform } = platformOf(status([services, stage({ id: 'kafka' })]), {});
    const alone = personWho([]);
    assert.equal(
      await chooseUrl(platform, alone.dialogs, { stage: services, resource: services.resources[1] }),
      'https://pascal.cauchy.link/',
    );
    assert.deepEqual(alone.told, []);
    const choosing = personWho([], 'Services: mer');
    assert.equal(await chooseUrl(platform, choosing.dialogs, { stage: services, resource: undefined }), 'https://mer.cauchy.link/');
    assert.ok(choosing.told.includes('Services: pascal: pascal.cauchy.link'), 'the host is shown');
    await assert.rejects(
      chooseUrl(platform, choosing.dialogs, { stage: stage({ id: 'kafka' }), resource: undefined }),
      /no address to open/,
    );
    platform.dispose();
  });
});
