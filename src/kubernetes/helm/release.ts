import type { Severity } from '../../core/findings/finding.ts';
import { NotYet } from '../../core/graph/errors.ts';
import type {
  Attributes,
  CommandLine,
  Handle,
  Look,
  Observation,
  Present,
  Resource,
  ResourceId,
  StepContext,
} from '../../core/graph/resource.ts';
import type { KubernetesClient } from '../client.ts';
import { clientOf, type InCluster } from '../cluster.ts';
import type { ClusterAddress } from '../connection.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { chartArguments, chartFingerprint, chartName, type ChartReference } from './chart.ts';
import { DIGEST_LABEL, isDigestOf, newDigest } from './digest.ts';
import type { Helm } from './helm.ts';
import { keptDefinitions, missingHelm } from './findings.ts';
import { planRelease } from './planRelease.ts';
import { recoveryOf } from './recovery.ts';
import { healthOf, type ReleaseHealth } from './releaseHealth.ts';
import type { Place } from './releaseObjects.ts';
import { liveListsOf } from '../watches.ts';
import { HOOK_SECONDS, runStep, type Sent } from './runStep.ts';
import { pathsOf, valuesOf, type SecretValue } from './secretValue.ts';
import { lookAtRelease, type SeenRelease } from './seenRelease.ts';
import { placeholder, valueDifferences, withPlaceholders, withValue, type Values } from './values.ts';

export interface ReleaseWish {
  readonly release: string;
  readonly namespace: string;
  readonly chart: ChartReference;
  /** What the files say, merged in their order. No secrets. */
  readonly values: Values;
  readonly secretValues?: readonly SecretValue[];
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  readonly after: readonly ResourceId[];
  /** Where no resource of the platform makes its namespace. */
  readonly createNamespace?: boolean;
  /** Seconds that Helm waits for one hook. Default: `HOOK_SECONDS`. */
  readonly hookSeconds?: number;
  /** Seconds that an installation usually takes. */
  readonly createSeconds?: number;
  /** Where a browser finds what it serves. */
  readonly url?: string;
  /** What it leaves outside the cluster: a release with volumes or a load balancer. */
  readonly leaves?: true;
}

export interface ReleaseOut {
  readonly release: string;
  readonly namespace: string;
  readonly revision: number;
  readonly chartVersion: string;
}

type ReleaseNeeds = { readonly cluster: Handle<ClusterAddress> };

export const releaseId = ({ namespace, release }: Pick<ReleaseWish, 'namespace' | 'release'>): ResourceId => `helm/${namespace}/${release}`;

/** Revisions that are kept: one to go back to, and some to look at. */
const HISTORY = 5;
/** On a release: the machine whose Helm wrote it last. */
const MACHINE_LABEL = 'slipway-machine';

/**
 * A Helm release. It is seen through its Secrets and through the objects that it rendered, so that looking needs no Helm; it is waited for
 * by our readiness, so that Helm is not asked to wait; Helm itself waits for hooks. A step is one command of Helm.
 */
export function helmRelease(inCluster: InCluster, helm: Helm, wish: ReleaseWish): Resource<ReleaseOut, ReleaseNeeds> {
  const { cluster, reach } = inCluster;
  const id = releaseId(wish);
  const title = `Helm release ${wish.release}`;
  const steps = new ReleaseSteps(helm, wish);
  /** A delete is told what was seen, not where: it goes to the cluster that the last look went to. */
  let seenWith: KubernetesClient | undefined;
  let waitsAt: Place | undefined;
  let isOutdated = false;
  return {
    id,
    kind: 'HelmRelease',
    provider: 'kubernetes',
    title,
    needs: { cluster },
    after: wish.after,
    within: cluster,
    ...(wish.leaves === undefined ? {} : { leaves: wish.leaves }),
    async observe(look, depth) {
      const client = (seenWith = await clientOf(look, inCluster));
      const seen = client && (await lookAtRelease(look, client, wish.namespace, wish.release));
      if (client === undefined || seen === undefined) return { state: 'absent' };
      const atWork = await isAtWork(helm, wish, client, seen);
      const health = await healthOf(look, client, seen, {
        namespace: wish.namespace,
        atWork,
        secretPaths: pathsOf(wish.secretValues ?? []),
      });
      waitsAt = health.waitsAt;
      const wanted = depth === 'plan' ? await differences(look, client, wish, seen) : {};
      isOutdated = wanted['asWanted'] === false;
      return observed(seen, health, {
        isOurs: seen.labels[PLATFORM_LABEL] === wish.label,
        wish,
        attributes: {
          ...attributesOf(seen),
          atWork,
          missing: health.missing,
          ...wanted,
        },
      });
    },
    async moved(signal) {
      if (waitsAt === undefined) throw new NotYet('nothing can be watched yet');
      await liveListsOf(waitsAt.client).moved(waitsAt.collection, waitsAt.name, waitsAt.version, signal);
    },
    async check(look, verb) {
      const isThere = async (): Promise<boolean> =>
        seenWith !== undefined && (await lookAtRelease(look, seenWith, wish.namespace, wish.release)) !== undefined;
      const needed = async (): Promise<Severity> => (verb === 'apply' && (await isThere()) ? 'information' : 'error');
      return [...(await missingHelm(helm, id, look.signal, needed)), ...(isOutdated ? await keptDefinitions(wish, id) : [])];
    },
    steps: {
      plan: (seen) => planRelease(title, seen, attributesOfWish(wish), valueDifferences({}, wish.values, new Set())),
      create: ({ cluster: address }, ctx) => steps.upgrade(reach(address), ctx, false),
      update: (seen, { cluster: address }, ctx) => steps.update(reach(address), seen, ctx),
      async delete(_seen, ctx) {
        if (seenWith === undefined) throw new NotYet('the cluster cannot be reached just now');
        await steps.uninstall(seenWith, ctx);
      },
    },
    url: () => wish.url,
    estimate: () => ({ createSeconds: wish.createSeconds ?? 90, updateSeconds: 60, deleteSeconds: 30, monthlyUsd: 0 }),
    commands: () => linesOf(wish),
  };
}

/** Each is one command of Helm. */
class ReleaseSteps {
  readonly #helm: Helm;
  readonly #wish: ReleaseWish;

  constructor(helm: Helm, wish: ReleaseWish) {
    this.#helm = helm;
    this.#wish = wish;
  }

  /** What the state of the release asks for: go on, go back, or away with what never was whole. */
  async update(client: KubernetesClient, seen: Observation<unknown>, ctx: StepContext): Promise<void> {
    const recovery = recoveryOf('attributes' in seen ? seen.attributes : {});
    switch (recovery.do) {
      case 'uninstall':
        return this.uninstall(client, ctx);
      case 'rollback':
        return this.#run(client, ctx, ['rollback', this.#wish.release, String(recovery.to), ...this.#timeout()]);
      case 'upgrade':
        return this.upgrade(client, ctx, recovery.force);
    }
  }

  /**
   * @param force takes fields over that another manager owns. Helm 4 applies on the server's side and is refused without; Helm 3 overwrites
   * them without asking.
   */
  async upgrade(client: KubernetesClient, ctx: StepContext, force: boolean): Promise<void> {
    const { release, chart, label, createNamespace } = this.#wish;
    const { values, secrets, missing } = await valuesOf(client, this.#wish.values, this.#wish.secretValues ?? [], ctx.signal);
    if (missing.length > 0) throw new NotYet(`waits for ${missing.join(' and ')}`, { code: 'secret-missing' });
    const digest = newDigest({ chart: await chartFingerprint(chart), values });
    const labels = { [PLATFORM_LABEL]: label, [DIGEST_LABEL]: digest, [MACHINE_LABEL]: this.#helm.machine };
    const forced = force && (await this.#helm.major(ctx.signal)) >= 4 ? ['--force-conflicts'] : [];
    const args = [
      ...upgradeArguments(release, chart),
      ...(createNamespace === true ? ['--create-namespace'] : []),
      ...[
        '--labels',
        Object.entries(labels)
          .map((pair) => pair.join('='))
          .join(),
      ],
      ...['--history-max', String(HISTORY)],
      ...forced,
      ...this.#timeout(),
    ];
    await this.#run(client, ctx, args, { values, secrets });
  }

  uninstall(client: KubernetesClient, ctx: StepContext): Promise<void> {
    return this.#run(client, ctx, ['uninstall', this.#wish.release, ...this.#timeout()]);
  }

  #run(client: KubernetesClient, ctx: StepContext, args: readonly string[], sent?: Sent): Promise<void> {
    return runStep(this.#helm, client, this.#wish, args, ctx, sent);
  }

  #timeout(): readonly string[] {
    return ['--timeout', `${this.#wish.hookSeconds ?? HOOK_SECONDS}s`];
  }
}

const upgradeArguments = (release: string, chart: ChartReference): readonly string[] => [
  'upgrade',
  '--install',
  release,
  ...chartArguments(chart),
  '-f',
  '-',
];

const attributesOfWish = ({ chart }: ReleaseWish): Attributes => ({
  chart: chartName(chart),
  ...(chart.kind === 'remote' && chart.version !== undefined ? { version: chart.version } : {}),
});

function attributesOf({ status, revision, lastDeployed, record }: SeenRelease): Attributes {
  return {
    status,
    revision,
    lastDeployed: lastDeployed ?? null,
    ...(record === undefined ? {} : { chartVersion: record.chartVersion }),
    // The words of a conflict decide what its repair takes.
    conflict: status === 'failed' && /conflict/i.test(record?.description ?? ''),
  };
}

/** What the file wants otherwise. Values that cannot be had yet are no difference. */
async function differences(look: Look, client: KubernetesClient, wish: ReleaseWish, seen: SeenRelease): Promise<Attributes> {
  const secretValues = wish.secretValues ?? [];
  const { values, missing } = await valuesOf(client, wish.values, secretValues, look.signal);
  if (missing.length > 0) return {};
  const asWanted = isDigestOf(seen.labels[DIGEST_LABEL] ?? '', { chart: await chartFingerprint(wish.chart), values });
  const changed = seen.record === undefined ? [] : valueDifferences(seen.record.values, values, pathsOf(secretValues));
  return { asWanted, ...(asWanted ? {} : { changed: changed.map(({ path, before = null, after = null }) => ({ path, before, after })) }) };
}

/** A release that says pending while nobody works at it was left by a process that died. */
async function isAtWork(
  helm: Helm,
  { namespace, release, hookSeconds }: ReleaseWish,
  client: KubernetesClient,
  seen: SeenRelease,
): Promise<boolean> {
  if (!seen.status.startsWith('pending-') && seen.status !== 'uninstalling') return false;
  if (await helm.isAtWork(namespace, release)) return true;
  // Another machine's Helm cannot be seen from here: it has as long as a hook may take.
  if (seen.labels[MACHINE_LABEL] === helm.machine) return false;
  const began = seen.record?.lastDeployed;
  return began !== undefined && client.now() - began < (hookSeconds ?? HOOK_SECONDS) * 1000;
}

interface Observing {
  readonly isOurs: boolean;
  readonly wish: ReleaseWish;
  readonly attributes: Attributes;
}

function observed(
  seen: SeenRelease,
  { state, reason, cause, failedAt }: ReleaseHealth,
  { isOurs, wish, attributes }: Observing,
): Observation<ReleaseOut> {
  const { release, namespace } = wish;
  const present: Present = { owner: isOurs ? 'slipway' : 'foreign', physicalId: `${namespace}/${release}`, attributes };
  const outputs: ReleaseOut = { release, namespace, revision: seen.revision, chartVersion: seen.record?.chartVersion ?? '' };
  switch (state) {
    case 'ready':
      return { ...present, state, outputs, reason };
    case 'degraded':
      return { ...present, state, outputs, reason };
    case 'pending':
      return { ...present, state, outputs: {}, reason, ...(cause && { cause }) };
    case 'failed':
      return { ...present, state, outputs: {}, reason, ...(cause && { cause }), ...(failedAt === undefined ? {} : { failedAt }) };
  }
}

/** What a person would type; what is secret has to be filled in. Helm waits for hooks alone, so the wait for the rest is a line of its own. */
function linesOf({ release, namespace, chart, label, values, secretValues = [], hookSeconds }: ReleaseWish): readonly CommandLine[] {
  const shown = secretValues.reduce((all, { path }) => withValue(all, path, placeholder(path.join('-'))), withPlaceholders(values));
  const timeout = `${hookSeconds ?? HOOK_SECONDS}s`;
  return [
    {
      stdin: JSON.stringify(shown),
      argv: [
        ...['helm', ...upgradeArguments(release, chart), '--namespace', namespace],
        ...['--labels', `${PLATFORM_LABEL}=${label}`, '--timeout', timeout],
      ],
    },
    ['kubectl', 'wait', '--for', 'condition=Available', 'deployment', '--all', '--namespace', namespace, '--timeout', timeout],
  ];
}
