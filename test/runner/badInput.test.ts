import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/core/engine/events.ts';
import { accessPolicyArn } from '../../src/rehearsal/eks/accessEntryRecords.ts';
import { allClusters } from '../../src/rehearsal/eks/settle.ts';
import { parseFault } from '../../src/rehearsal/faults.ts';
import type { ProductSession } from '../stages/productSession.ts';
import { awsHalf, HEAD, VirtualCluster, type Files } from './virtualCluster.ts';

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: app }\n';
const settings = (a: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: app }\ndata: { a: "${a}", b: "${a}" }\n`;
const web = (name: string, more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: app }
spec:
  replicas: 1
${more}  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: web, image: "docker.io/library/nginx:1.29.3" }] }
`;
const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.invalid }
spec:
  group: example.invalid
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`;

/** A platform that is well: every row spoils something of it. */
const WELL: Files = {
  'platform.yml': `${HEAD}manifests: .\nstages:\n  app: { manifests: app }\n`,
  'app/namespace.yml': NAMESPACE,
  'app/settings.yml': settings('1'),
  'app/web.yml': web('web'),
};

const OBJECTS = {
  settings: '/api/v1/namespaces/app/configmaps/settings',
  web: '/apis/apps/v1/namespaces/app/deployments/web',
};
type Name = keyof typeof OBJECTS;
const ALL = Object.keys(OBJECTS) as readonly Name[];

interface Bad {
  readonly title: string;
  /** It has been up, and was well. */
  readonly isUp?: true;
  readonly spoiled?: Files;
  /** What happens in the world, before the run. */
  strike?(cluster: VirtualCluster): unknown;
  /** What happens in it while the run goes on. */
  meanwhile?(cluster: VirtualCluster, told: ProductSession['told']): unknown;
  /** As a person reads them, word for word. */
  readonly says: readonly string[];
  /** What of the run is there after it all the same. Absent: nothing at all was written, to AWS or to the cluster. */
  readonly made?: readonly Name[];
  readonly mended?: Files;
  /** What mends it in the world. */
  mend?(cluster: VirtualCluster): unknown;
  /** What a person allows, having read it. */
  readonly allow?: readonly string[];
}

const apply = (cluster: VirtualCluster, manager: string, data: object): Promise<unknown> =>
  cluster.ask({
    method: 'PATCH',
    path: OBJECTS.settings,
    query: { fieldManager: manager, force: 'true' },
    type: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'app' }, data },
  });

/** An API server that nobody reaches, until `until` (ms of the world). */
function away({ world }: VirtualCluster, until: number): void {
  world.part('kubernetes-outage', () => ({ until: 0 })).until = until;
  world.save();
}

const HOUR = 3_600_000;
const GONE_AWAY = "the cluster's API server is not reachable just now. Wait a minute and continue.";

const ROWS: readonly Bad[] = [
  {
    title: 'a folder that platform.yml names and that is not there',
    spoiled: { app: undefined },
    says: ['platform.yml:6 "app" does not exist.'],
    mended: WELL,
  },
  {
    title: 'a file that leads out of the folder of platform.yml',
    spoiled: { 'platform.yml': `${HEAD}manifests: .\nstages:\n  app: { manifests: ../app }\n` },
    says: ["platform.yml:6 This path leads out of this file's folder: everything of a platform lies inside it."],
    mended: WELL,
  },
  {
    title: 'a YAML error in one of several files',
    spoiled: { 'app/settings.yml': 'apiVersion: v1\nkind: [ConfigMap\n' },
    says: ['app/settings.yml:3 YAML: The indentation does not fit what is around it.'],
  },
  {
    title: 'an object that is written twice',
    spoiled: { 'app/again.yml': settings('2') },
    says: ['app/settings.yml:3 ConfigMap app/settings is written in app/again.yml:1 and again in app/settings.yml:1: keep one.'],
    mended: { 'app/again.yml': undefined },
  },
  {
    title: 'a kind that nobody defines',
    spoiled: { 'app/widget.yml': 'apiVersion: example.invalid/v1\nkind: Widget\nmetadata: { name: w, namespace: app }\n' },
    says: ['Widget app/w: the cluster does not know example.invalid/v1 Widget. Install its definition, then apply.'],
    made: ALL,
    mended: { 'app/definition.yml': DEFINITION },
  },
  {
    title: 'a field that its kind does not have',
    spoiled: { 'app/web.yml': web('web', '  replicass: 2\n') },
    says: ['Deployment app/web: its kind has no field .spec.replicass. Correct the manifest, then apply.'],
    made: ['settings'],
  },
  {
    title: 'a field that cannot be changed in place',
    isUp: true,
    spoiled: { 'app/web.yml': web('other') },
    says: ['Deployment app/web: spec.selector cannot be changed in place. Plan again and allow it.'],
    mended: {},
    allow: ['replace:Deployment.apps/app/web'],
  },
  {
    title: 'fields that others own',
    isUp: true,
    spoiled: { 'app/settings.yml': settings('2') },
    strike: async (cluster) => {
      await apply(cluster, 'argocd', { a: '9' });
      await apply(cluster, 'flux', { b: '9' });
    },
    says: ['ConfigMap app/settings: argocd owns .data.a, flux owns .data.b. Plan again and allow it.'],
    mended: {},
    allow: ['overwrite:ConfigMap/app/settings'],
  },
  {
    title: 'an object of our name that another tool manages',
    strike: async (cluster) => {
      const metadata = {
        name: 'app',
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'shop' },
      };
      await cluster.ask({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata } });
    },
    says: [
      'Namespace app is in the cluster and belongs to Helm release shop, not to this platform (app/namespace.yml): remove it there, or here. Nothing was changed.',
    ],
    mended: { 'app/namespace.yml': undefined },
  },
  {
    title: 'a cluster that cannot be reached',
    strike: (cluster) => away(cluster, cluster.world.now() + HOUR),
    says: [`Storage class slipway-gp3: ${GONE_AWAY}`, `Inventory of app: ${GONE_AWAY}`],
    made: [],
    mend: (cluster) => away(cluster, 0),
  },
  {
    title: 'a cluster that cannot be reached any more in the middle of the run',
    meanwhile: async (cluster, told) => {
      await told((event) => event.event === 'resource.finished' && event.resource === 'ConfigMap/app/settings');
      away(cluster, cluster.world.now() + HOUR);
    },
    says: [`Deployment app/web: ${GONE_AWAY}`],
    made: ALL,
    mend: (cluster) => away(cluster, 0),
  },
];

/**
 * What needs Helm (a chart that does not render) has its row in `test/stages/kubernetesBadDays.test.ts`, since no virtual time goes on in a
 * process; a 403 that nobody of ours can heal, in `test/kubernetes/client.test.ts` and `answers.test.ts`: the rehearsal lets its one person in.
 */
describe('bad input: said by name, nothing lost, and the next run converges', function () {
  this.timeout(120_000);
  before(() => awsHalf());

  for (const { title, isUp, spoiled = {}, strike, meanwhile, says, made, mended = WELL, mend, allow = [] } of ROWS) {
    it(title, async () => {
      await using cluster = await VirtualCluster.open();
      cluster.write(WELL);
      if (isUp) assert.equal((await cluster.run({ verb: 'apply' })).outcome?.outcome, 'succeeded');
      cluster.write(spoiled);
      await strike?.(cluster);
      const bad = await cluster.run({ verb: 'apply', meanwhile: (told) => void meanwhile?.(cluster, told) });
      for (const sentence of says) assert.ok(bad.sentences.includes(sentence), bad.sentences.join('\n'));
      assert.notEqual(bad.outcome?.outcome, 'succeeded');
      if (made === undefined) assert.deepEqual(bad.written, []);
      await mend?.(cluster);
      const there = await Promise.all(ALL.map(async (name) => ((await cluster.isThere(OBJECTS[name])) ? [name] : [])));
      assert.deepEqual(there.flat(), isUp ? ALL : (made ?? []));

      cluster.write(mended);
      const good = await cluster.run({ verb: 'apply', consents: allow });
      assert.deepEqual([good.outcome?.outcome, good.sentences], ['succeeded', []]);
      const again = await cluster.run({ verb: 'apply' });
      assert.deepEqual([again.outcome?.outcome, again.written], ['succeeded', []]);
    });
  }

  it('credentials whose access was cut down are let in again by the run that meets them', async () => {
    await using cluster = await VirtualCluster.open();
    cluster.write(WELL);
    const { world } = cluster;
    for (const { accessEntries } of allClusters(world))
      for (const { policies } of Object.values(accessEntries))
        for (const policy of policies) Object.assign(policy, { policyArn: accessPolicyArn('us-west-2', 'AmazonEKSViewPolicy') });
    world.save();
    const { outcome, written } = await cluster.run({ verb: 'apply' });
    assert.equal(outcome?.outcome, 'succeeded');
    assert.ok(written.includes('AssociateAccessPolicy'));
  });

  it('credentials that end in the middle of the run, in the cluster: it pauses once, and goes on when somebody has signed in', async () => {
    await using cluster = await VirtualCluster.open();
    cluster.write(WELL);
    let asked = 0;
    const { outcome, events, sentences } = await cluster.run({
      verb: 'apply',
      meanwhile: (told) => {
        const isNamespaceMade = (event: RunEvent): boolean => event.event === 'resource.finished' && event.resource === 'Namespace/app';
        void told(isNamespaceMade).then(() => cluster.world.faults.arm({ ...parseFault('expired-credentials=0'), seen: 1 }));
      },
      async signedOut() {
        asked++;
        cluster.world.faults.disarm('expired-credentials');
        await Promise.resolve();
      },
    });
    assert.deepEqual([outcome?.outcome, sentences, asked], ['succeeded', [], 1]);
    assert.deepEqual(
      events.filter(({ event }) => event.startsWith('run.')).map(({ event }) => event),
      ['run.started', 'run.paused', 'run.resumed', 'run.finished'],
    );
  });

  it('looks that fail in passing, of AWS or of the cluster, never end a second apply that was approved, and it writes nothing', async () => {
    await using cluster = await VirtualCluster.open();
    cluster.write(WELL);
    assert.equal((await cluster.run({ verb: 'apply' })).outcome?.outcome, 'succeeded');
    const faults = ['throttle', 'server-error', 'api-restart'];
    for (let round = 0; round < 2; round++) {
      const strike = (): void => faults.forEach((fault) => cluster.world.faults.arm({ ...parseFault(fault), seen: round * 20 }));
      // Before the plan, then between plan and run.
      if (round === 0) strike();
      const { outcome, sentences, written } = await cluster.run({ verb: 'apply', approved: round === 0 ? () => undefined : strike });
      assert.deepEqual([outcome?.outcome, sentences, written], ['succeeded', [], []], `round ${round}`);
      const left = cluster.world.faults.list().map(({ name, shots }) => `${name} ${shots}`);
      assert.ok(!left.includes('throttle 8') && !left.includes('server-error 5') && !left.includes('api-restart 1'), left.join(', '));
      cluster.world.faults.clear();
    }
  });
});
