import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openPlatformFile, type PlatformFile } from '../../src/runner/platformFile.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const HEAD = 'name: cauchy\nregion: us-west-2\nmanifests: .\n';
const ISSUER = 'apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: { name: letsencrypt-prod }\nspec: { selfSigned: {} }\n';

describe('the manifests of a platform', () => {
  /** A platform with these files, by path. */
  const opened = async (files: Readonly<Record<string, string>>, more = ''): Promise<PlatformFile> => {
    await using folder = await temporaryFolder();
    const home = folder.path;
    for (const [path, text] of Object.entries({ ...files, 'platform.yml': HEAD + more })) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    }
    return await openPlatformFile(join(home, 'platform.yml'));
  };
  const told = ({ findings }: PlatformFile): readonly string[] =>
    findings
      .filter(({ code }) => code !== 'platform.endpoint-open')
      .map(({ code, severity, message }) => `${severity} ${code}: ${message}`);
  const charts = ({ manifests }: PlatformFile): readonly string[] => manifests?.charts.map(({ stage }) => stage) ?? [];

  it('hold the charts of the runbook whose folders hold anything; of the others one information says that they are left out', async () => {
    const file = await opened({ 'cert-manager/clusterissuer.yml': ISSUER, 'sentry/helm/override.yml': 'user: { create: false }\n' });
    assert.deepEqual(charts(file), ['tls', 'sentry']);
    assert.deepEqual(told(file), [
      'information platform.stage-without-folder: "." has no folder spark: the platform is without spark-operator. Make the folder, or name the stage under stages.',
    ]);
  });

  it('hold those that platform.yml speaks of, with a folder or without', async () => {
    const file = await opened(
      {},
      'stages:\n  sentry: { namespace: errors }\n  tls: { enabled: false }\n  spark-operator: { enabled: false }\n',
    );
    assert.deepEqual(charts(file), ['sentry']);
    assert.deepEqual(told(file), []);
  });

  it('warn of a folder that is there without a manifest of its stage, and not of one that is Helm’s', async () => {
    const compose = 'services: { broker: { image: kafka } }\n';
    const own = 'stages:\n  tls: { enabled: false }\n  spark-operator: { enabled: false }\n  mlflow: { manifests: flow }\n';
    const file = await opened(
      { 'kafka/compose.yml': compose, 'flow/README.md': '#\n', 'minio/all.yml': ISSUER, 'sentry/helm/override.yml': 'a: 1\n' },
      own,
    );
    assert.deepEqual(told(file), [
      'warning manifest.folder-empty: "kafka" holds no manifest: nothing of the stage kafka comes from there. Put its files there, or switch the stage off (stages.kafka.enabled: false).',
      'warning manifest.folder-empty: "flow" holds no manifest: nothing of the stage mlflow comes from there. Put its files there, or switch the stage off (stages.mlflow.enabled: false).',
    ]);
  });

  it('hold one that lies in its folder as a chart and nothing else', async () => {
    const file = await opened({ 'spark/helm/Chart.yaml': 'apiVersion: v2\nname: spark-operator\nversion: 1.0.0\n' });
    assert.deepEqual(charts(file), ['spark-operator']);
  });
});
