import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { objectIn, textIn } from '../kubernetes/json.ts';
import type { JsonObject, KubeObject } from '../kubernetes/json.ts';
import { conditionIn, statusOf } from '../kubernetes/controllers/objectParts.ts';
import { HelmError } from './arguments.ts';
import type { Chart, Rendered } from './charts/chart.ts';
import type { KubeApi } from './kubeApi.ts';
import { createRelease, deleteRelease, readReleases, updateRelease } from './releases.ts';
import type { RecordedHook, Release, ReleaseStatus } from './releases.ts';
import type { WorldConnection } from './worldConnection.ts';

export interface Wish {
  readonly name: string;
  readonly namespace: string;
  readonly chart: Chart;
  readonly values: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
  /** World time that a hook may take, ms. */
  readonly timeoutMs: number;
  readonly historyMax: number;
  readonly force: boolean;
  readonly createNamespace: boolean;
}

export interface Ground {
  readonly api: KubeApi;
  readonly world: WorldConnection;
  /** Helm was told to stop (SIGTERM, SIGINT). */
  readonly signal: AbortSignal;
}

/** One install or upgrade: also how its hooks went so far, which Helm writes down however it ends (`pkg/action/hooks.go`, `execHook`). */
interface Work extends Ground {
  readonly ran: Map<RecordedHook, 'Running' | 'Succeeded' | 'Failed'>;
}

const withPhases = (release: Release, { ran }: Work): Release => ({
  ...release,
  hooks: release.hooks.map((hook) => {
    const phase = ran.get(hook);
    return phase === undefined ? hook : { ...hook, phase };
  }),
});

/** How often a hook is looked at. ms of the wall clock */
const LOOK_EVERY_MS = 150;

/** `helm upgrade --install`: a revision that is pending while it is worked at, and says afterwards how it went. */
export async function upgradeOrInstall(ground: Ground, wish: Wish): Promise<Release> {
  const { api, world } = ground;
  const verb = 'UPGRADE FAILED';
  if (wish.createNamespace) await api.apply(namespaceObject(wish.namespace), wish.namespace, false);
  const all = await readReleases(api, wish.namespace, wish.name);
  const last = all.at(-1);
  if (last?.status.startsWith('pending-') === true || last?.status === 'uninstalling')
    throw new HelmError(`${verb}: another operation (install/upgrade/rollback) is in progress`);
  const deployed = all.filter((each) => each.status === 'deployed').at(-1) ?? (last === undefined ? undefined : last);
  const isInstall = deployed === undefined;
  if (await world.strikes('chart-broken', wish.name))
    throw new HelmError(
      `${verb}: template: ${wish.chart.name}/templates/deployment.yaml:12:24: executing "${wish.chart.name}/templates/deployment.yaml" at <.Values.image.tag>: nil pointer evaluating interface {}.tag`,
    );
  const rendered = wish.chart.render({ release: wish.name, namespace: wish.namespace, values: wish.values, isInstall, random: letters });
  const now = new Date(await world.now()).toISOString();
  const release: Release = {
    name: wish.name,
    namespace: wish.namespace,
    version: (last?.version ?? 0) + 1,
    status: isInstall ? 'pending-install' : 'pending-upgrade',
    description: isInstall ? 'Initial install underway' : 'Preparing upgrade',
    firstDeployed: all[0]?.firstDeployed ?? now,
    lastDeployed: now,
    chart: { name: wish.chart.name, version: wish.chart.version, appVersion: wish.chart.appVersion },
    config: wish.values,
    objects: rendered.objects.map((object) => owned(object, wish)),
    hooks: rendered.hooks.map(({ object, events }) => ({ object: owned(object, wish), events })),
    labels: { ...deployed?.labels, ...wish.labels },
  };
  await refuseForeign(ground, release.objects, wish);
  await createRelease(api, release);
  const work: Work = { ...ground, ran: new Map() };
  try {
    if (isInstall) for (const each of rendered.definitions) await api.apply(each, wish.namespace, wish.force);
    const done = await carryOut(work, release, deployed, wish, isInstall ? 'install' : 'upgrade');
    await supersede(ground, all, wish.historyMax);
    return done;
  } catch (cause) {
    const words = ground.signal.aborted ? 'context canceled' : cause instanceof Error ? cause.message : String(cause);
    await updateRelease(api, {
      ...withPhases(release, work),
      status: 'failed',
      description: `${isInstall ? 'Release' : 'Upgrade'} "${wish.name}" failed: ${words}`,
    });
    throw new HelmError(`${verb}: ${words}`);
  }
}

async function carryOut(
  work: Work,
  release: Release,
  before: Release | undefined,
  wish: Wish,
  what: 'install' | 'upgrade',
): Promise<Release> {
  const { api, world, signal } = work;
  await runHooks(work, release, `pre-${what}`, wish);
  const half = Math.ceil(release.objects.length / 2);
  for (const [index, object] of release.objects.entries()) {
    if (index === half && (await world.strikes('helm-killed', wish.name, true))) process.kill(process.pid, 'SIGKILL');
    signal.throwIfAborted();
    await api.apply(object, wish.namespace, wish.force);
  }
  const kept = new Set(release.objects.map(keyOf));
  for (const object of before?.objects ?? []) if (!kept.has(keyOf(object)) && !isKept(object)) await api.remove(object, wish.namespace);
  await runHooks(work, release, `post-${what}`, wish);
  const description = what === 'install' ? 'Install complete' : 'Upgrade complete';
  const done: Release = { ...withPhases(release, work), status: 'deployed', description };
  await updateRelease(api, done);
  return done;
}

/** One after the other; a Job has to be complete before the next. @throws HelmError in Helm's words when one is not */
async function runHooks(work: Work, release: Release, event: string, wish: Wish): Promise<void> {
  const { api, ran } = work;
  for (const hook of release.hooks.filter((each) => each.events.includes(event))) {
    ran.set(hook, 'Running');
    await updateRelease(api, withPhases(release, work));
    try {
      // `before-hook-creation`, Helm's default: Jobs cannot be changed.
      if (hook.object.kind === 'Job') await removeAndWait(work, hook.object, wish.namespace);
      await api.apply(hook.object, wish.namespace, true);
      if (hook.object.kind === 'Job') await waitForJob(work, hook.object, event, wish);
    } catch (cause) {
      ran.set(hook, 'Failed');
      throw cause;
    }
    ran.set(hook, 'Succeeded');
  }
}

async function removeAndWait({ api, signal }: Ground, object: KubeObject, namespace: string): Promise<void> {
  await api.remove(object, namespace);
  while ((await api.find(object, namespace)) !== undefined) await delay(LOOK_EVERY_MS, undefined, { signal });
}

async function waitForJob({ api, world, signal }: Ground, job: KubeObject, event: string, wish: Wish): Promise<void> {
  const until = (await world.now()) + wish.timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const status = statusOf(await api.find(job, wish.namespace));
    if (textIn(conditionIn(status, 'Complete'), 'status') === 'True') return;
    const failed = conditionIn(status, 'Failed');
    if (textIn(failed, 'status') === 'True')
      throw new HelmError(
        `failed ${event}: 1 error occurred:\n\t* job ${job.metadata.name} failed: ${textIn(failed, 'reason') ?? 'Failed'}\n\n`,
      );
    if ((await world.now()) >= until)
      throw new HelmError(
        `failed ${event}: resource Job/${wish.namespace}/${job.metadata.name} not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded`,
      );
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function supersede({ api }: Ground, before: readonly Release[], historyMax: number): Promise<void> {
  for (const old of before.filter((each) => each.status === 'deployed')) await updateRelease(api, { ...old, status: 'superseded' });
  if (historyMax > 0) for (const old of before.slice(0, Math.max(0, before.length + 1 - historyMax))) await deleteRelease(api, old);
}

/** `helm rollback NAME REVISION`: what that revision was, as a new one. */
export async function rollback(
  ground: Ground,
  wish: Pick<Wish, 'name' | 'namespace' | 'timeoutMs' | 'force'>,
  revision: number,
): Promise<void> {
  const { api, world } = ground;
  const all = await readReleases(api, wish.namespace, wish.name);
  const last = all.at(-1);
  if (last === undefined) throw new HelmError('release: not found');
  const target = all.find((each) => each.version === (revision === 0 ? last.version - 1 : revision));
  if (target === undefined) throw new HelmError(`release has no ${revision} version`);
  const status: ReleaseStatus = 'pending-rollback';
  const next: Release = {
    ...target,
    version: last.version + 1,
    status,
    description: `Rollback to ${target.version}`,
    lastDeployed: new Date(await world.now()).toISOString(),
  };
  await createRelease(api, next);
  for (const object of next.objects) await api.apply(object, wish.namespace, true);
  const kept = new Set(next.objects.map(keyOf));
  for (const object of last.objects) if (!kept.has(keyOf(object)) && !isKept(object)) await api.remove(object, wish.namespace);
  for (const old of all.filter((each) => each.status === 'deployed' || each.status.startsWith('pending-')))
    await updateRelease(api, { ...old, status: 'superseded' });
  await updateRelease(api, { ...next, status: 'deployed' });
}

/** `helm uninstall NAME`: objects backwards, then the record. Hooks and what is to be kept stay, as Helm leaves them. */
export async function uninstall({ api }: Ground, name: string, namespace: string): Promise<void> {
  const all = await readReleases(api, namespace, name);
  const last = all.at(-1);
  if (last === undefined) throw new HelmError(`Uninstall: Release not loaded: ${name}: release: not found`);
  await updateRelease(api, { ...last, status: 'uninstalling', description: 'Deletion in progress (or silently failed)' });
  for (const object of [...last.objects].reverse()) if (!isKept(object)) await api.remove(object, namespace);
  for (const each of all) await deleteRelease(api, each);
}

export function templateOf(wish: Pick<Wish, 'name' | 'namespace' | 'chart' | 'values'>): Rendered {
  return wish.chart.render({ release: wish.name, namespace: wish.namespace, values: wish.values, isInstall: true, random: letters });
}

function namespaceObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { name } } };
}

/** An object that is there and is not this release's is not taken over. */
async function refuseForeign({ api }: Ground, objects: readonly KubeObject[], { name, namespace }: Wish): Promise<void> {
  for (const object of objects) {
    const there = await api.find(object, namespace);
    if (there === undefined) continue;
    const annotations = objectIn(there.metadata, 'annotations');
    if (annotations['meta.helm.sh/release-name'] === name && annotations['meta.helm.sh/release-namespace'] === namespace) continue;
    throw new HelmError(
      `Unable to continue with install: ${object.kind} "${object.metadata.name}" in namespace "${textIn(object.metadata, 'namespace') ?? namespace}" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: missing key "meta.helm.sh/release-name": must be set to "${name}"`,
    );
  }
}

function owned(object: KubeObject, { name, namespace }: Wish): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...objectIn(metadata, 'labels'), 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { ...objectIn(metadata, 'annotations'), 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
    },
  };
}

const isKept = (object: KubeObject): boolean => objectIn(object.metadata, 'annotations')['helm.sh/resource-policy'] === 'keep';
const keyOf = (object: KubeObject): string =>
  `${object.apiVersion} ${object.kind} ${textIn(object.metadata, 'namespace') ?? ''} ${object.metadata.name}`;

function letters(length: number): string {
  return [...randomBytes(length)]
    .map((byte) => 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.charAt(byte % 62))
    .join('');
}
