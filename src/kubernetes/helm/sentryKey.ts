import { randomInt } from 'node:crypto';
import { NotYet } from '../../core/graph/errors.ts';
import type { Handle, Resource, ResourceId } from '../../core/graph/resource.ts';
import { FIELD_MANAGER, type KubernetesClient, type KubernetesObject } from '../client.ts';
import { clientOf, type InCluster } from '../cluster.ts';
import type { ClusterAddress } from '../connection.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { textAt } from '../readiness/fields.ts';
import type { Values } from './values.ts';

export interface SentryKeyWish {
  readonly namespace: string;
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  readonly after: readonly ResourceId[];
}

export interface SentryKeyOut {
  /** The Secret and the key in it, for the chart's `sentry.existingSecret`. */
  readonly secret: string;
  readonly key: string;
}

type SentryKeyNeeds = { readonly cluster: Handle<ClusterAddress> };

const NAME = 'slipway-sentry-secret-key';
const KEY = 'key';
/** Where the chart's own hook puts it (sentry-kubernetes/charts, `sentry-sentry-secret`). */
const CHART_SECRET = 'sentry-sentry-secret';
/** Where old charts render it: `system.secret-key: '…'` in `config.yml` of this ConfigMap. */
const OLD_CONFIG = 'sentry-sentry';
const KEPT = { 'helm.sh/resource-policy': 'keep', 'client.lifecycle.config.k8s.io/deletion': 'detach' };

/**
 * The key with which Sentry signs sessions and tokens. The chart makes one in a hook of its installation and forgets it with an
 * uninstallation, so that the next one makes another and everybody is signed out for good (domain-facts J). Here it is a Secret of ours,
 * made before the first installation or copied from one that is there, and the chart is always told to use it: `sentryKeyValues`. It stays
 * as long as the namespace with Sentry's data, through upgrades and through reinstallations.
 */
export function sentryKey(
  inCluster: InCluster,
  wish: SentryKeyWish,
  random: () => string = randomKey,
): Resource<SentryKeyOut, SentryKeyNeeds> {
  const { cluster, reach } = inCluster;
  const { namespace, label } = wish;
  const collection = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  const title = 'Secret key of Sentry';
  const outputs = { secret: NAME, key: KEY };
  return {
    id: `Secret/${namespace}/${NAME}`,
    kind: 'Secret',
    provider: 'kubernetes',
    title,
    needs: { cluster },
    after: wish.after,
    within: cluster,
    async observe(look) {
      const client = await clientOf(look, inCluster);
      const found = client && (await client.get<KubernetesObject>(`${collection}/${NAME}`, look.signal));
      if (found === undefined) return { state: 'absent' };
      // Whoever made it: a key that is there is the key.
      const owner = found.metadata.labels?.[PLATFORM_LABEL] === label ? 'slipway' : 'adopted';
      return { state: 'ready', owner, physicalId: found.metadata.uid ?? NAME, attributes: {}, outputs };
    },
    steps: {
      plan: (seen) => {
        if (seen.state === 'unknown')
          return { action: 'blocked', code: 'unseen', summary: `${title} could not be looked at: ${seen.reason}` };
        return seen.state === 'absent'
          ? { action: 'create', summary: `create ${title}, or keep the one that is there`, diff: [] }
          : { action: 'none' };
      },
      async create({ cluster: address }, ctx) {
        const client = reach(address);
        const key = (await keyInUse(client, namespace, ctx.signal)) ?? random();
        const manifest = { ...secretOf(wish), data: { [KEY]: Buffer.from(key).toString('base64') } };
        await client.apply(`${collection}/${NAME}`, manifest, ctx.signal);
      },
      foresee: () => outputs,
    },
    estimate: () => ({ createSeconds: 1, deleteSeconds: 0, monthlyUsd: 0 }),
    commands: () => [
      {
        stdin: JSON.stringify({ ...secretOf(wish), stringData: { [KEY]: '<SENTRY-SECRET-KEY>' } }),
        argv: ['kubectl', 'apply', '--server-side', '--field-manager', FIELD_MANAGER, '-f', '-'],
      },
    ],
  };
}

const secretOf = ({ namespace, label }: SentryKeyWish) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { name: NAME, namespace, labels: { [PLATFORM_LABEL]: label }, annotations: KEPT },
});

/** What the chart is told, so that it makes no key of its own. */
export const sentryKeyValues: Values = { sentry: { existingSecret: NAME, existingSecretKey: KEY } };

/** @throws NotYet when it cannot be told whether there is one: a second key would be worse than waiting. */
async function keyInUse(client: KubernetesClient, namespace: string, signal: AbortSignal): Promise<string | undefined> {
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  try {
    const secret = await client.get<KubernetesObject>(`${base}/secrets/${CHART_SECRET}`, signal);
    const kept = textAt(secret, 'data', KEY);
    if (kept !== undefined) return Buffer.from(kept, 'base64').toString('utf8');
    const config = await client.get<KubernetesObject>(`${base}/configmaps/${OLD_CONFIG}`, signal);
    // In the Python file of newer charts the key is a variable of the environment: no text behind the colon, and none is found.
    return /^\s*system\.secret-key:\s*(['"]?)([^\s'"]{8,})\1\s*$/m.exec(textAt(config, 'data', 'config.yml') ?? '')?.[2];
  } catch (cause) {
    throw new NotYet('it cannot be seen whether Sentry has a key already', { cause });
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** As the chart's own `randAlphaNum 50`. */
const randomKey = (): string => Array.from({ length: 50 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
