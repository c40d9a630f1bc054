import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { CorruptKubeconfig, entryIn, execEntry, withEntry, withoutEntry } from '../../src/kubernetes/kubeconfigEntry.ts';

const arn = 'arn:aws:eks:us-west-2:123456789012:cluster/cauchy';
const entry = { server: 'https://ABC.gr7.us-west-2.eks.amazonaws.com', certificateAuthority: 'Y2FuYXJ5' };
const exec = execEntry(arn, {});

/** What `aws eks update-kubeconfig` (1.45.11) writes into a new file. */
const golden = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Y2FuYXJ5
    server: https://ABC.gr7.us-west-2.eks.amazonaws.com
  name: ${arn}
contexts:
- context:
    cluster: ${arn}
    user: ${arn}
  name: ${arn}
current-context: ${arn}
kind: Config
preferences: {}
users:
- name: ${arn}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - us-west-2
      - eks
      - get-token
      - --cluster-name
      - cauchy
      - --output
      - json
      command: aws
`;

const persons = `# my clusters
apiVersion: v1
kind: Config
clusters:
  # the old one
  - name: minikube
    cluster: {server: "https://127.0.0.1:8443", insecure-skip-tls-verify: true}
contexts:
  - name: minikube
    context: {cluster: minikube, user: me}
current-context: minikube # where I work
users:
  - name: me
    user:
      token: canary-token
x-mine: [1, 2]
`;

describe('the kubeconfig entry', () => {
  it('is what aws eks update-kubeconfig writes into a new file', () => {
    assert.equal(withEntry('', arn, entry, exec), golden);
  });

  it('names the profile only where there is one', () => {
    const { users } = parse(withEntry('', arn, entry, execEntry(arn, { profile: 'ops' })));
    assert.deepEqual(users[0].user.exec.env, [{ name: 'AWS_PROFILE', value: 'ops' }]);
  });

  it('calls the launcher where there is no aws', () => {
    assert.deepEqual(execEntry(arn, { launcher: '/home/me/.local/share/slipway/slipway', profile: 'ops' }), {
      command: '/home/me/.local/share/slipway/slipway',
      args: ['token', '--cluster', 'cauchy', '--region', 'us-west-2', '--profile', 'ops'],
    });
  });

  it('is read again', () => {
    assert.deepEqual(entryIn(golden, arn), entry);
    assert.equal(entryIn(golden, `${arn}2`), undefined);
    assert.equal(entryIn('', arn), undefined);
  });

  it('leaves all else as it is: comments, unknown keys, the current context', () => {
    const text = withEntry(persons, arn, entry, exec);
    for (const line of persons.split('\n').filter((each) => each.trim() !== '')) assert.ok(text.includes(line), line);
    assert.equal(parse(text)['current-context'], 'minikube');
    assert.deepEqual(entryIn(text, arn), entry);
  });

  it('is gone again without a trace', () => {
    assert.deepEqual(parse(withoutEntry(withEntry(persons, arn, entry, exec), arn)), parse(persons));
    assert.equal(withoutEntry(persons, arn), persons);
    assert.equal(withoutEntry('', arn), '');
    assert.deepEqual(parse(withoutEntry(golden, arn)), {
      apiVersion: 'v1',
      clusters: [],
      contexts: [],
      'current-context': '',
      kind: 'Config',
      preferences: {},
      users: [],
    });
  });

  it('takes the place of an older one and keeps the namespace of its context', () => {
    const old = golden
      .replace('Y2FuYXJ5', 'b2xk')
      .replace(`    user: ${arn}\n  name`, `    user: ${arn}\n    namespace: spark\n  name`)
      .replace('    server:', '    insecure-skip-tls-verify: true\n    server:');
    assert.notEqual(entryIn(old, arn)?.certificateAuthority, entry.certificateAuthority);
    const text = withEntry(old, arn, entry, exec);
    const { clusters, contexts } = parse(text);
    assert.equal(clusters.length, 1);
    assert.deepEqual(clusters[0].cluster, { 'certificate-authority-data': 'Y2FuYXJ5', server: entry.server });
    assert.deepEqual(contexts[0].context, { cluster: arn, user: arn, namespace: 'spark' });
  });

  it('changes nothing the second time', () => {
    for (const before of ['', persons, golden, persons.replaceAll('\n', '\r\n')]) {
      const once = withEntry(before, arn, entry, exec);
      assert.equal(withEntry(once, arn, entry, exec), once);
    }
  });

  it('keeps how lists are indented and lines end', () => {
    assert.ok(withEntry(golden, `${arn}2`, entry, exec).includes(`\n- cluster:\n`));
    const windows = withEntry(persons.replaceAll('\n', '\r\n'), arn, entry, exec);
    assert.equal(windows.replaceAll('\r\n', '').includes('\n'), false);
  });

  it('sets the current context only where there is none', () => {
    assert.equal(parse(withEntry('clusters:\ncontexts:\nusers:\n', arn, entry, exec))['current-context'], arn);
    assert.equal(parse(withEntry('current-context: ""\n', arn, entry, exec))['current-context'], arn);
  });

  it('is not written into what is no kubeconfig', () => {
    for (const text of ['[', 'just text', '- a', 'clusters: 3', 'users: [a]', 'a: 1\na: 2', '['.repeat(5000), '{', '\u0000']) {
      assert.throws(() => withEntry(text, arn, entry, exec), CorruptKubeconfig, text.slice(0, 20));
      assert.throws(() => withoutEntry(text, arn), CorruptKubeconfig, text.slice(0, 20));
    }
  });

  it('never quotes the file in an error', () => {
    assert.throws(
      () => entryIn('users: {token: canary-token, [}', arn),
      (error: Error) => !error.message.includes('canary') && error.cause === undefined,
    );
  });
});
