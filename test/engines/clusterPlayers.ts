import { request } from 'node:https';
import type { ControlPlane } from './controlPlane.ts';

type Json = Record<string, unknown>;

/** As far as players read it. */
interface Live {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly type?: string;
    readonly volumeName?: string;
    readonly storageClassName?: string;
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly unknown[] }; readonly conditions?: readonly unknown[] };
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string; readonly service?: object } }[];
}

export interface Played {
  /** Makes the load balancer of a Service; answers its name in DNS. */
  loadBalancer(service: string): Promise<string>;
  /** PEM: what stands behind webhooks is signed by it. */
  readonly certificateAuthority: string;
}

/** Conditions that a kind's own controller would set, once it is content. */
const CONTENT: Readonly<Record<string, readonly string[]>> = {
  '/apis/cert-manager.io/v1/clusterissuers': ['Ready'],
  '/apis/argoproj.io/v1alpha1/eventbus': ['Configured', 'Deployed'],
  '/apis/argoproj.io/v1alpha1/eventsources': ['SourcesProvided', 'Deployed'],
  '/apis/argoproj.io/v1alpha1/sensors': ['DependenciesProvided', 'TriggersProvided', 'Deployed'],
};
const WEBHOOKS = ['validating', 'mutating'].map((kind) => `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`);
const BREATH_MS = 200;

/**
 * What runs in a cluster on AWS and not here: the cloud controller, the CSI driver, cert-manager's and Argo Events' controllers, and
 * whoever writes authorities into webhooks. Each acts once on what it finds.
 */
export function startPlayers(plane: ControlPlane, played: Played): { stop(): Promise<void> } {
  let isOver = false;
  const asked = (method: string, path: string, body?: unknown, type = 'application/merge-patch+json'): Promise<Json | undefined> =>
    ask(plane, { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body), type }) });
  const list = async (path: string): Promise<readonly Live[]> => ((await asked('GET', path))?.['items'] as Live[] | undefined) ?? [];
  const at = (collection: string, { metadata: { namespace, name } }: Live): string =>
    namespace === undefined ? `${collection}/${name}` : collection.replace(/\/([^/]+)$/, `/namespaces/${namespace}/$1/${name}`);

  async function cloudController(): Promise<void> {
    for (const service of await list('/api/v1/services')) {
      const { spec, status, metadata } = service;
      if (spec?.type !== 'LoadBalancer' || (status?.loadBalancer?.ingress?.length ?? 0) > 0) continue;
      const hostname = await played.loadBalancer(`${metadata.namespace ?? ''}-${metadata.name}`);
      await asked('PATCH', `${at('/api/v1/services', service)}/status`, { status: { loadBalancer: { ingress: [{ hostname }] } } });
    }
  }

  async function csiDriver(): Promise<void> {
    for (const claim of await list('/api/v1/persistentvolumeclaims')) {
      const { spec = {}, metadata } = claim;
      const isPlaced = metadata.annotations?.['volume.kubernetes.io/selected-node'] !== undefined;
      if (!isPlaced || spec.volumeName !== undefined) continue;
      await asked(
        'POST',
        '/api/v1/persistentvolumes',
        {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: `pvc-${metadata.uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com' } },
          spec: {
            accessModes: spec.accessModes,
            capacity: spec.resources?.requests,
            storageClassName: spec.storageClassName,
            persistentVolumeReclaimPolicy: 'Delete',
            csi: { driver: 'ebs.csi.aws.com', volumeHandle: `vol-${metadata.uid}` },
            claimRef: { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
          },
        },
        'application/json',
      );
    }
  }

  async function ownControllers(): Promise<void> {
    for (const [collection, types] of Object.entries(CONTENT)) {
      for (const object of await list(collection)) {
        if ((object.status?.conditions?.length ?? 0) > 0) continue;
        const { generation: observedGeneration } = object.metadata;
        const conditions = types.map((type) => ({ type, status: 'True', reason: 'Content', message: '', observedGeneration }));
        await asked('PATCH', `${at(collection, object)}/status`, { status: { conditions } });
      }
    }
  }

  async function authorityWriter(): Promise<void> {
    const caBundle = Buffer.from(played.certificateAuthority).toString('base64');
    for (const collection of WEBHOOKS) {
      for (const configuration of await list(collection)) {
        const patch = (configuration.webhooks ?? []).flatMap(({ clientConfig: { service, caBundle: has } }, index) =>
          service === undefined || has ? [] : [{ op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle }],
        );
        if (patch.length > 0) await asked('PATCH', at(collection, configuration), patch, 'application/json-patch+json');
      }
    }
  }

  const troubles = new Set<string>();
  /** What went wrong is told once: the run under test then waits for what does not come. */
  const act = (player: () => Promise<void>): Promise<void> =>
    player().catch((error: unknown) => {
      const words = String(error);
      if (!troubles.has(words)) console.error(`${player.name}: ${words}`);
      troubles.add(words);
    });
  const rounds = (async (): Promise<void> => {
    while (!isOver) {
      await Promise.all([cloudController, csiDriver, ownControllers, authorityWriter].map(act));
      await new Promise((resume) => setTimeout(resume, BREATH_MS));
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await rounds;
    },
  };
}

/** `undefined`: there is no such thing (a kind that is new is not served at once), or somebody else was quicker. The next round sees what is so. */
function ask(
  plane: ControlPlane,
  { method, path, body, type }: { readonly method: string; readonly path: string; readonly body?: string; readonly type?: string },
): Promise<Json | undefined> {
  const headers = { authorization: `Bearer ${plane.token}`, ...(type === undefined ? {} : { 'content-type': type }) };
  return new Promise((resolve, reject) => {
    request(`${plane.server}${path}`, { method, headers, ca: plane.certificateAuthority }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { statusCode: status = 0 } = response;
        if (status === 404 || status === 409 || status === 429) resolve(undefined);
        else if (status < 300) resolve(JSON.parse(text) as Json);
        else reject(new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`));
      });
    })
      .on('error', reject)
      .end(body);
  });
}
