import assert from 'node:assert/strict';
import { appendFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { printedLines } from '../../src/runner/commandLines.ts';
import { offlineGraph } from '../../src/runner/connection.ts';
import type { Person } from '../../src/runner/person.ts';
import type { Reach } from '../../src/runner/protocol.ts';
import { Session } from '../../src/runner/session.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const YAML = 'name: cauchy\nregion: us-west-2\ntags:\n  team: a=b\n';

function lines(yaml: string, stages?: readonly string[], shell: 'posix' | 'powershell' = 'posix'): readonly string[] {
  const { spec } = parsePlatform(yaml, '/platform.yml');
  assert.ok(spec);
  return printedLines(offlineGraph(spec), stages, shell).map(({ line }) => line);
}

const indexOf = (all: readonly string[], part: RegExp): number => {
  const found = all.findIndex((line) => part.test(line));
  assert.notEqual(found, -1, `no line like ${String(part)}`);
  return found;
};

describe('the lines that a person would type', () => {
  const all = lines(YAML);

  it('are one line each, are printed once, and name the region', () => {
    for (const line of all) {
      assert.doesNotMatch(line, /[\n\r]/);
      assert.doesNotMatch(line, /<UNKNOWN>|undefined/);
      if (line.startsWith('aws ')) assert.match(line, / --region us-west-2\b/);
    }
    assert.equal(new Set(all).size, all.length);
  });

  it('name every placeholder in one way', () => {
    const names = new Set(all.join('\n').match(/<[^>]*>/g));
    assert.deepEqual(
      [...names].filter((name) => !/^<[A-Z0-9.-]+>$/.test(name)),
      [],
    );
    assert.ok(names.has('<VPC-ID>') && names.has('<PRIVATE-SUBNET-2-ID>') && names.has('<NAT-GATEWAY-ID-FOR-10.0.0.0-20>'));
  });

  it('give every role its policies, with the partition of the region', () => {
    for (const role of ['cluster', 'nodes', 'ebs-csi'])
      assert.match(all[indexOf(all, new RegExp(`attach-role-policy .*-${role} `))] ?? '', /--policy-arn arn:aws:iam::aws:policy\//);
    const gov = lines('name: cauchy\nregion: us-gov-west-1\n');
    assert.match(gov[indexOf(gov, /attach-role-policy .*-cluster /)] ?? '', /arn:aws-us-gov:iam::aws:policy\/AmazonEKSClusterPolicy/);
  });

  it('give the storage driver its role', () => {
    const line = all[indexOf(all, /--addon-name aws-ebs-csi-driver .*create|create-addon .*--addon-name aws-ebs-csi-driver/)] ?? '';
    assert.match(line, /--service-account-role-arn 'arn:aws:iam::<ACCOUNT-ID>:role\/slipway-cauchy-us-west-2-ebs-csi'/);
    const known = lines(`${YAML}account: "123456789012"\n`);
    assert.ok(
      known.some((each) => each.includes('--service-account-role-arn arn:aws:iam::123456789012:role/slipway-cauchy-us-west-2-ebs-csi')),
    );
  });

  it('tag what can be tagged, so that it is not foreign afterwards', () => {
    for (const line of all.filter((each) => /^aws \S+ (create|allocate)-/.test(each) && !/create-route\b(?!-)/.test(each)))
      assert.match(line, /slipway:resource/, line);
  });

  it('wait for what the next line needs, and know the cluster before kubectl', () => {
    assert.ok(indexOf(all, /wait nat-gateway-available/) < indexOf(all, /create-route .*--nat-gateway-id/));
    assert.ok(indexOf(all, /update-kubeconfig/) < indexOf(all, /kubectl apply/));
  });

  it('bring what kubectl reads along', () => {
    const mark = all[indexOf(all, /"kind":"ConfigMap".*kubectl apply/)] ?? '';
    assert.match(mark, /"data":\{"platform":"cauchy","account":"<ACCOUNT-ID>","region":"us-west-2"\}/);
    const piped = indexOf(all, /storage.*kubectl apply/);
    assert.match(
      all[piped] ?? '',
      /^printf %s '\{"apiVersion":"storage\.k8s\.io\/v1".*\}' \| kubectl apply --server-side --field-manager slipway -f -$/,
    );
    const powershell = lines(YAML, undefined, 'powershell');
    assert.match(powershell[indexOf(powershell, /kubectl apply/)] ?? '', /^'\{"apiVersion".*\}' \| kubectl apply /);
  });

  it('give a node group and a network in these words', () => {
    const vpc = lines('name: cauchy\nregion: us-west-2\n', ['vpc']);
    assert.equal(
      vpc[indexOf(vpc, /create-nat-gateway/)],
      `aws ec2 create-nat-gateway --subnet-id '<PUBLIC-SUBNET-1-ID>' --allocation-id '<ALLOCATION-ID-FOR-10.0.0.0-20>' --tag-specifications '[{"ResourceType":"natgateway","Tags":[{"Key":"Name","Value":"cauchy/nat/10.0.0.0-20"},{"Key":"slipway:platform","Value":"cauchy"},{"Key":"slipway:resource","Value":"nat/10.0.0.0-20"}]}]' --query NatGateway.NatGatewayId --output text --region us-west-2`,
    );
    assert.equal(
      vpc[indexOf(vpc, /wait/)],
      `aws ec2 wait nat-gateway-available --nat-gateway-ids '<NAT-GATEWAY-ID-FOR-10.0.0.0-20>' --region us-west-2`,
    );
  });
});

describe('the lines of a platform in its cluster', function () {
  this.timeout(30_000);

  /** `change` is told the folder of a copy of the sample platform. */
  async function sampleLines(change: (folder: string) => Promise<unknown> = () => Promise.resolve()): Promise<readonly string[]> {
    await using folder = await temporaryFolder();
    const platform = join(folder.path, 'platform');
    await cp(join(import.meta.dirname, '../../manifests'), platform, { recursive: true });
    await change(platform);
    const session = new Session(
      { file: join(platform, 'platform.yml'), mode: 'live', stateFolder: join(folder.path, 'state') },
      { person: nobody, env: {}, cliEntry: '/nowhere', emit: () => undefined, tell: () => undefined },
    );
    try {
      return await session.commands();
    } finally {
      await session.close();
    }
  }

  let all: readonly string[];
  before(async () => {
    all = await sampleLines();
  });
  const apply = (file: string): RegExp => new RegExp(`^kubectl apply --server-side --field-manager slipway -f ${file}$`);

  it('apply each file in the order of the graph, and wait for what the next one builds on', () => {
    assert.ok(indexOf(all, apply('kafka/zookeeper.yml')) < indexOf(all, /rollout status deployment\/zookeeper --namespace kafka/));
    assert.ok(indexOf(all, /rollout status deployment\/zookeeper/) < indexOf(all, apply('kafka/broker.yml')));
    assert.ok(indexOf(all, /wait .*crd\/eventbus\.argoproj\.io/) < indexOf(all, apply('argo-events/event-bus.yml')));
    assert.ok(indexOf(all, /"kind":"Namespace".*"name":"kafka"/) < indexOf(all, apply('kafka/zookeeper.yml')));
    assert.ok(indexOf(all, /"kind":"Secret".*"name":"minio","namespace":"minio"/) < indexOf(all, apply('minio/minio.yml')));
  });

  it('apply a file a second time only where some of it had to wait for what was printed in between', () => {
    const twice = all.filter((line, index) => all.indexOf(line) < index);
    // The certificate of the webhook comes before its controller, and the webhook after.
    assert.deepEqual(twice, [
      'kubectl apply --server-side --field-manager slipway -f ingress-nginx/admission.yml',
      'kubectl label --overwrite -f ingress-nginx/admission.yml slipway.dev/platform=cauchy',
    ]);
  });

  it('say whose everything is, so that it is not foreign afterwards', () => {
    for (const [index, line] of all.entries()) {
      const file = /^kubectl apply .* -f (\S+\.yml)$/.exec(line)?.[1];
      if (file !== undefined) assert.equal(all[index + 1], `kubectl label --overwrite -f ${file} slipway.dev/platform=cauchy`);
      if (line.includes(' | kubectl apply ') && !line.includes('"ConfigMap"')) assert.match(line, /"slipway\.dev\/platform":"cauchy"/);
      if (line.includes('helm upgrade')) assert.match(line, / --labels slipway\.dev\/platform=cauchy /);
    }
  });

  it('install charts pinned, with values on standard input, before what their webhooks check', () => {
    const helm = indexOf(all, /helm upgrade --install cert-manager oci:\/\/\S+ --version v[\d.]+ -f - --namespace cert-manager /);
    assert.match(all[helm] ?? '', /^printf %s '\{"crds":.*\}' \| helm /);
    const ready = indexOf(all, /^kubectl wait --for condition=Available deployment --all --namespace cert-manager /);
    assert.ok(helm < ready && ready < indexOf(all, apply('cert-manager/clusterissuer.yml')));
  });

  it('reach the store by a port-forward, with keys that no line holds', () => {
    const forward = indexOf(all, /^kubectl port-forward --namespace minio service\/minio 9000:9000 &$/);
    const configured = indexOf(all, /^aws configure --profile minio-minio$/);
    const made = indexOf(all, /create-bucket --bucket orders --profile minio-minio --endpoint-url http:\/\/127\.0\.0\.1:9000 /);
    assert.ok(forward < configured && configured < made);
  });

  it('are one line each, with placeholders that are named in one way, also where names of hosts stand', () => {
    const names = new Set(all.join('\n').match(/<[^>]*>/g));
    for (const line of all) assert.doesNotMatch(line, /[\n\r]|undefined/);
    assert.deepEqual(
      [...names].filter((name) => !/^<[A-Z0-9.-]+>$/.test(name)),
      [],
    );
    for (const name of ['<LOAD-BALANCER-DNS-NAME>', '<SENTRY-SECRET-KEY>', '<FILESTORE-S3-SECRET-KEY>', '<ACCESSKEY>'])
      assert.ok(names.has(name), name);
  });

  it('give an issuer the address of platform.yml, which its file does not have', async () => {
    const lines = await sampleLines((folder) => appendFile(join(folder, 'platform.yml'), '\ntls: { email: platform@cauchy.link }\n'));
    const issuer = lines[indexOf(lines, /"kind":"ClusterIssuer".*"name":"letsencrypt-prod"/)] ?? '';
    assert.match(issuer, /"email":"platform@cauchy\.link".*\| kubectl apply/);
    assert.ok(lines.every((line) => !line.includes('-f cert-manager/clusterissuer.yml')));
  });

  it('hold no secret, whether it stands in a manifest or among the values of a chart', async () => {
    const lines = await sampleLines(async (folder) => {
      const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: door, namespace: mer}\nstringData: {key: canary-in-manifest}\n';
      await writeFile(join(folder, 'mer/door.yml'), secret);
      const env = '  env: [{name: SMTP_PASSWORD, value: canary-in-list}, {name: MODE, value: plain}]\n';
      const auth = 'auth: {password: canary-by-name, tokens: {token: [canary-in-a-list-by-name]}}\n';
      await writeFile(join(folder, 'spark/helm/override.yml'), `controller:\n${env}${auth}`);
    });
    indexOf(lines, apply('mer/door.yml'));
    const helm = lines[indexOf(lines, /helm upgrade --install spark-operator/)] ?? '';
    assert.match(helm, /"<SMTP-PASSWORD>".*"plain".*"<PASSWORD>".*\["<TOKEN>"\]/);
    assert.doesNotMatch(lines.join('\n'), /canary/);
  });
});

describe('the lines of a rehearsal', () => {
  const linesWith = async (reach: Partial<Reach>): Promise<readonly string[]> => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'platform.yml');
    await writeFile(file, YAML);
    const session = new Session(
      { file, mode: 'rehearsal', world: join(folder.path, 'world'), stateFolder: join(folder.path, 'state'), ...reach },
      { person: nobody, env: {}, cliEntry: '/nowhere', emit: () => undefined, tell: () => undefined },
    );
    try {
      return await session.commands();
    } finally {
      await session.close();
    }
  };

  it('begin with its endpoint, so that none reaches a real account', async () => {
    const [endpoint, key] = await linesWith({});
    assert.match(endpoint ?? '', /AWS_ENDPOINT_URL ?= ?'<ENDPOINT>'$/);
    assert.match(key ?? '', /AWS_ACCESS_KEY_ID ?= ?'<ACCESS-KEY-ID>'$/);
    const [named] = await linesWith({ endpoint: 'http://127.0.0.1:4599' });
    assert.match(named ?? '', /AWS_ENDPOINT_URL ?= ?'?http:\/\/127\.0\.0\.1:4599'?$/);
  });

  it('do not name one where the account is real', async () => {
    assert.doesNotMatch((await linesWith({ mode: 'live' })).join('\n'), /AWS_ENDPOINT_URL/);
  });
});

/** Nobody is asked anything. */
const nobody: Person = { ask: () => Promise.reject(new Error('nobody is asked')) };
