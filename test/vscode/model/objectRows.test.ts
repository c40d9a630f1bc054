import assert from 'node:assert/strict';
import type { ResourceStatus } from '../../../src/core/status/platformStatus.ts';
import { endpointGroup, endpointsOf, ENDPOINTS } from '../../../src/vscode/model/endpointRows.ts';
import { addressed } from '../../../src/vscode/model/rowAddress.ts';
import { contextValue } from '../../../src/vscode/model/row.ts';
import { rowDetails } from '../../../src/vscode/model/rowDetails.ts';
import { RowTree } from '../../../src/vscode/model/rowTree.ts';
import { causeRows, resourceRow, stageRow } from '../../../src/vscode/model/stageRows.ts';
import { webAddress } from '../../../src/vscode/model/webAddress.ts';
import { NOW, resource, stage, status, view } from '../example.ts';

const source = { file: '/w/kafka/broker.yml', start: { line: 12, column: 1 }, end: { line: 40, column: 1 } };

function object(kind: string, name: string, changes: Partial<ResourceStatus> = {}): ResourceStatus {
  const here = { state: 'ready', owner: 'slipway', physicalId: 'uid-1', provider: 'kubernetes', source } as const;
  return resource({ id: `${kind}/${name}`, title: name, kind, ...here, ...changes });
}

const wanted = (name: string, changes: Partial<ResourceStatus> = {}): ResourceStatus => {
  const { source: _, physicalId: __, ...rest } = object('Secret', name, { state: 'blocked', owner: 'none', reason: 'it has no token' });
  return { ...rest, title: `Secret ${name}`, ...changes };
};

const flagsOf = (shown: ResourceStatus, given = view()): string => contextValue(resourceRow(given, stage(), shown, NOW));

const running = view(status(), {
  run: { verb: 'apply', stages: [], startedAt: '', latestAt: '', expectedSeconds: undefined, stopping: false, paused: undefined },
});

describe('rows of Kubernetes objects', () => {
  it('offer what can be done with their kind', () => {
    const whole = ';canRestart;hasComparison;hasId;hasLive;hasLogs;hasManifest;kind=resource;';
    assert.equal(flagsOf(object('Deployment.apps', 'kafka/broker')), whole);
    assert.equal(flagsOf(object('Service', 'kafka/broker')), ';hasComparison;hasId;hasLive;hasManifest;kind=resource;');
    assert.match(flagsOf(object('Job.batch', 'mer/migrate')), /;hasLogs;/);
    assert.doesNotMatch(flagsOf(object('Job.batch', 'mer/migrate')), /canRestart/);
    assert.doesNotMatch(flagsOf(object('Deployment.apps', 'x/y', { owner: 'foreign', state: 'blocked' })), /canRestart/);
  });

  it('offer nothing live of what is not there, of a release, or without a session; no restart in a run', () => {
    const absent = { ...object('Deployment.apps', 'kafka/broker', { state: 'absent', owner: 'none' }) };
    Reflect.deleteProperty(absent, 'physicalId');
    assert.equal(flagsOf(absent), ';hasManifest;kind=resource;');
    assert.doesNotMatch(flagsOf(object('HelmRelease', 'sentry/sentry')), /hasLive|hasComparison/);
    const signedOut = view(status([], { session: 'signedOut' }));
    assert.equal(flagsOf(object('Deployment.apps', 'kafka/broker'), signedOut), ';hasId;hasManifest;kind=resource;');
    assert.doesNotMatch(flagsOf(object('Deployment.apps', 'kafka/broker'), running), /canRestart/);
    assert.match(flagsOf(object('Deployment.apps', 'kafka/broker'), running), /;hasLogs;/);
  });

  it('say in which file and line they are written: in the cause chain, with a click, and in the tooltip', () => {
    const failed = object('Deployment.apps', 'kafka/broker', { state: 'failed', reason: 'ImagePullBackOff' });
    const lines = causeRows(view(), 'kafka/x', failed);
    assert.deepEqual(
      lines.map(({ label, flags }) => [label, flags]),
      [
        ['ImagePullBackOff', []],
        ['Written in kafka/broker.yml:12', ['hasManifest']],
      ],
    );
    const shown = status([stage({ resources: [failed] })]);
    const row = resourceRow(view(shown), stage(), failed, NOW);
    assert.equal(rowDetails(row, view(shown), [], NOW).source, 'kafka/broker.yml:12');
    assert.equal(addressed(shown, `${row.path}/cause/1`).resource?.id, failed.id);
  });
});

describe('a stage that needs Secrets', () => {
  const blocked = stage({
    state: 'blocked',
    reason: 'Secret mer/a: it has no token and 1 more',
    resources: [wanted('mer/a'), wanted('mer/b')],
  });

  it('counts them, and offers to enter them instead of a fix', () => {
    const row = stageRow(view(), blocked, NOW);
    assert.deepEqual([row.description, row.icon.id, row.badge?.text], ['needs 2 secrets', 'key', '?']);
    assert.equal(row.accessible, 'Compute, blocked, needs 2 secrets');
    assert.match(contextValue(row), /;canEnterSecrets;/);
    assert.doesNotMatch(contextValue(row), /canFix/);
    assert.match(flagsOf(wanted('mer/a')), /;canEnterSecrets;/);
  });

  it('is blocked in other words by anything else, and a Secret of a file or one that is there is not asked for', () => {
    const other = { ...blocked, resources: [wanted('mer/a'), object('Deployment.apps', 'x/y', { state: 'blocked', owner: 'foreign' })] };
    assert.doesNotMatch(stageRow(view(), other, NOW).description, /needs/);
    assert.doesNotMatch(flagsOf(object('Secret', 'mer/own', { state: 'failed' })), /canEnterSecrets/);
    assert.doesNotMatch(flagsOf(wanted('mer/a', { state: 'ready', physicalId: 'uid' })), /canEnterSecrets/);
  });
});

describe('endpoints', () => {
  const ingress = (name: string, url: string): ResourceStatus => object('Ingress.networking.k8s.io', name, { url });
  const argo = stage({
    id: 'argo',
    title: 'Argo Workflows',
    state: 'ready',
    resources: [ingress('argo/server', 'https://argo.cauchy.link')],
  });
  const apps = stage({
    id: 'services',
    title: 'Services',
    state: 'ready',
    resources: [ingress('mer/mer', 'https://mer.cauchy.link'), ingress('pascal/pascal', 'http://pascal.cauchy.link:8080')],
  });

  it('are a group once something answers, by stage, and by name where a stage has several', () => {
    const members = endpointGroup(view(status([argo, apps])))?.members.map(({ label, description }) => [label, description]);
    assert.deepEqual(members, [
      ['Argo Workflows', 'argo.cauchy.link'],
      ['Services: mer', 'mer.cauchy.link'],
      ['Services: pascal', 'pascal.cauchy.link:8080'],
    ]);
    assert.equal(endpointGroup(view(status([stage()]))), undefined);
  });

  it('are none of what is being taken down', () => {
    const [server] = argo.resources;
    assert.ok(server);
    for (const state of ['queued', 'deleting', 'absent', 'failed'] as const)
      assert.deepEqual(endpointsOf([{ ...argo, resources: [{ ...server, state }] }]), [], state);
    assert.equal(endpointsOf([{ ...argo, resources: [{ ...server, state: 'outdated' }] }]).length, 1);
  });

  it('stand behind the stages, point at their resource, and can be opened', () => {
    const shown = view(status([argo, apps]));
    const tree = new RowTree(shown, NOW, false);
    assert.deepEqual(
      tree.root.children.map(({ row }) => row.path),
      ['argo', 'services', ENDPOINTS],
    );
    const node = tree.get(`${ENDPOINTS}/Ingress.networking.k8s.io/argo/server`);
    assert.equal(node && contextValue(node.row), ';hasUrl;kind=endpoint;');
    assert.equal(addressed(shown.status, node?.row.path ?? '').stage?.id, 'argo');
    assert.match(contextValue(stageRow(shown, argo, NOW)), /;hasUrl;/);
    assert.equal(new RowTree(shown, NOW, true).get(ENDPOINTS), undefined);
  });

  it('are addresses of the web alone, without a user that hides the host', () => {
    for (const url of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'vscode://x',
      'https://argo.cauchy.link@evil.example',
      'nothing',
      'http://',
    ])
      assert.equal(webAddress(url), undefined, url);
    assert.equal(webAddress('https://аrgo.cauchy.link')?.host, 'xn--rgo-5cd.cauchy.link');
    const hostile = stage({ resources: [ingress('x/y', 'command:workbench.action.quit')] });
    assert.deepEqual(endpointsOf([hostile]), []);
    assert.doesNotMatch(flagsOf(ingress('x/y', 'command:workbench.action.quit')), /hasUrl/);
  });
});
