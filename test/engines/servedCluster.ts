import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eksToken } from '../../src/aws/eksToken.ts';
import { adminEntry } from '../../src/rehearsal/eks/accessEntryRecords.ts';
import { eksRegions } from '../../src/rehearsal/eks/settle.ts';
import { serveKubernetes } from '../../src/rehearsal/kubernetes/kubernetesServer.ts';
import { controlPlane } from '../../src/rehearsal/eks/controlPlane.ts';
import { TestCluster } from '../rehearsal/kubernetes/controllers/testCluster.ts';

/** A rehearsed cluster with two nodes, as programs of others see it. */
export interface ServedCluster {
  readonly cluster: TestCluster;
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** Seconds of the world a second. Tools wait by the wall: pods of minutes are there in seconds. */
const TIME_SCALE = 60;
const STS = 'https://sts.us-west-2.amazonaws.com';

/** @param folder for the kubeconfig, whose token lasts as long as tokens of EKS do: fourteen minutes */
export async function serveCluster(folder: string): Promise<ServedCluster> {
  const cluster = new TestCluster(2, { timeScale: TIME_SCALE, wall: Date.now });
  const { world, record } = cluster;
  const entry = adminEntry(world, record.region, record.name, world.callerArn);
  // Which regions have clusters is kept beside them.
  eksRegions(world)[record.region] = true;
  record.accessEntries[world.callerArn] = { ...entry, createdAt: 0 };
  const save = (): void => world.save();
  const server = await serveKubernetes({ world, save, log: () => undefined, wall: Date.now, endpoint: STS });
  const { token } = await eksToken({
    credentials: { ...world.credentials },
    region: record.region,
    cluster: record.name,
    at: new Date(),
  });
  const authority = Buffer.from(controlPlane(world).certificateAuthority).toString('base64');
  const kubeconfig = path.join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: server.endpoint, 'certificate-authority-data': authority } }],
    users: [{ name: 'u', user: { token } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  return {
    cluster,
    kubeconfig,
    close: async () => {
      await server.close();
      cluster.remove();
    },
  };
}
