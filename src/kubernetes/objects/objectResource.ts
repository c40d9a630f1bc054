import type { Finding } from '../../core/findings/finding.ts';
import { NotYet, Unseen } from '../../core/graph/errors.ts';
import type { Depth, Handle, Look, Observation, Present, Resource, ResourceId, StepContext } from '../../core/graph/resource.ts';
import { wordsFor } from '../../core/status/sentences.ts';
import { textAt, textsAt } from '../../manifests/json.ts';
import type { JsonObject, ManifestObject } from '../../manifests/manifestObject.ts';
import { groupKind, objectId } from '../../manifests/objectKey.ts';
import { FIELD_MANAGER, type KubernetesClient, type KubernetesObject } from '../client.ts';
import { clientOf, type InCluster } from '../cluster.ts';
import type { ClusterAddress } from '../connection.ts';
import { collectionPath, objectPath } from '../paths.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { readEvidence } from '../readiness/readEvidence.ts';
import { readiness } from '../readiness/readiness.ts';
import { stateOfReadiness } from '../readiness/stateOfReadiness.ts';
import { troubleOf } from '../readiness/trouble.ts';
import { liveListsOf, readCollection } from '../watches.ts';
import type { ApplySet } from './applySet.ts';
import { PART_OF } from './applySetId.ts';
import { isAsWritten } from './asWritten.ts';
import { attributesOf, comparisonIn, rehearsed, type Comparison } from './comparison.ts';
import { DoneJob, isComplete, isToRemember, planMemory, toRemember } from './doneJobs.ts';
import { servedKind } from './servedKind.ts';
import { objectLines } from './objectLines.ts';
import { isSystemNamespace, planObject } from './objectPlan.ts';
import { strangersIn } from './namespaceContents.ts';
import { leaving } from './leaving.ts';
import { otherToolIn } from './otherTool.ts';
import { estimateOf, isEarly, isKept, labelled, leavesBehind, urlOf } from './traits.ts';
import { webhookGate, type Gate } from './webhookGate.ts';

export interface ObjectOut {
  readonly uid: string;
  /** Of a Service or an Ingress: where its load balancer is reached. */
  readonly hostname?: string;
}

export interface ObjectWish {
  readonly object: ManifestObject;
  /** What its row is called. */
  readonly title: string;
  /** The value of `slipway.dev/platform`. */
  readonly label: string;
  /** The inventory that it belongs to; written before it. */
  readonly applySet: ApplySet;
  readonly after: readonly ResourceId[];
  /** What heals it while it is degraded, so that it is shown as waiting: of a claim the workload that mounts it, of a Certificate the delegation of its zone. */
  readonly awaits?: ResourceId;
  /** Why nobody needs it to be ready, in words that follow on the reason for which it is not. */
  readonly unneeded?: string;
  /** Nobody wrote it down: where somebody else has made it, it is used as it is, and neither changed nor deleted. */
  readonly isImplied?: true;
  /** Of a Namespace: what objects of the platform make in it by running, by id. */
  readonly makes?: ReadonlySet<ResourceId>;
  /** Told by a plan that makes it. */
  readonly notes?: readonly Finding[];
}

export type ObjectNeeds = { readonly cluster: Handle<ClusterAddress> };

/** Where the last look went: a delete is told what was seen, not where. */
interface Place {
  readonly client: KubernetesClient;
  readonly collection: string;
  readonly path: string;
}

/** Where an explanation mostly lies. */
const EXPLANATIONS = ['pods', 'events'];

/** The answer to a write of ours is the freshest look there is, for as long (ms) as nothing else can have happened to matter. */
const ANSWER_IS_FRESH = 1_000;

/** An object of a manifest. It is read with all of its kind in its namespace, and written by server-side apply as its file says it. */
export function objectResource(inCluster: InCluster, wish: ObjectWish): Resource<ObjectOut, ObjectNeeds> {
  const { object, title, applySet } = wish;
  const id = objectId(object.key);
  const self = new ObjectInCluster(inCluster, wish);
  const isDeletable = !isSystemNamespace(object.key) && !isKept(textsAt(object.json, 'metadata', 'annotations'));
  return {
    id,
    kind: groupKind(object.key),
    provider: 'kubernetes',
    title,
    needs: { cluster: inCluster.cluster },
    after: [applySet.resource.id, ...wish.after],
    source: object.source.range,
    within: inCluster.cluster,
    ...(leavesBehind(object) ? { leaves: true as const } : {}),
    ...(isEarly(object) ? { early: true as const } : {}),
    observe: (look, depth) => self.observe(look, depth),
    moved: (signal) => self.moved(signal),
    steps: {
      plan: (seen) => planMemory(title, seen, planObject(object, title, seen)),
      create: ({ cluster }, ctx) => self.apply(inCluster.reach(cluster), false, ctx),
      update: (seen, { cluster }, ctx) => self.update(inCluster.reach(cluster), seen, ctx),
      ...(isDeletable ? { delete: (seen: Present, ctx: StepContext) => self.delete(seen, ctx) } : {}),
    },
    check: () => Promise.resolve(self.isThere ? [] : (wish.notes ?? [])),
    ...(groupKind(object.key) === 'Namespace' ? { takesAlong: (look: Look) => self.takesAlong(look, wish.makes ?? new Set()) } : {}),
    url: () => urlOf(object),
    estimate: () => estimateOf(object),
    commands: () => objectLines(object, wish.label),
  };
}

/** An update with conflicts is only made with the person's consent: then the fields are taken over. */
function hasConflicts(seen: Observation<unknown>): boolean {
  const comparison = 'attributes' in seen ? comparisonIn(seen.attributes) : undefined;
  return comparison?.is === 'different' && comparison.conflicts.length > 0;
}

class ObjectInCluster {
  readonly #inCluster: InCluster;
  readonly #object: ManifestObject;
  readonly #label: string;
  readonly #awaits: ResourceId | undefined;
  readonly #unneeded: string | undefined;
  /** Whose it is where our label is not on it. */
  readonly #otherwise: 'adopted' | 'foreign';
  readonly #manifest: JsonObject;
  readonly #done: DoneJob | undefined;
  /** By a step of this process; and what became of it as far as it was seen. */
  #isMade = false;
  #hasFailed = false;
  #isDeleted = false;
  #place: Place | undefined;
  #answer: { readonly client: KubernetesClient; readonly object: KubernetesObject; readonly at: number } | undefined;
  /** Version of the last look. */
  #version: string | undefined;
  /** The generation in which it was seen complete. */
  #complete: number | undefined;
  /** Where the way is to be cleared before it can be applied: the endpoints of a webhook. */
  #waitsOn: Gate | undefined;
  /** Its pods and events were read to say why it is not ready. */
  #isExplained = false;
  #compared: { readonly of: string; readonly comparison: Comparison } | undefined;

  constructor(inCluster: InCluster, { object, label, applySet, awaits, unneeded, isImplied }: ObjectWish) {
    this.#inCluster = inCluster;
    this.#object = object;
    this.#label = label;
    this.#done = DoneJob.of(object, applySet);
    this.#awaits = awaits;
    this.#unneeded = unneeded;
    this.#otherwise = isImplied === true ? 'adopted' : 'foreign';
    this.#manifest = labelled(object.json, { [PLATFORM_LABEL]: label, [PART_OF]: applySet.partOf });
  }

  /** At the last look. */
  get isThere(): boolean {
    return this.#version !== undefined;
  }

  async observe(look: Look, depth: Depth): Promise<Observation<ObjectOut>> {
    const client = await clientOf(look, this.#inCluster);
    this.#place = client && (await this.#placeIn(client, look));
    const answer = this.#takeAnswer();
    const live = answer ?? (this.#place && (await this.#read(look, this.#place)));
    this.#version = live?.metadata.resourceVersion;
    if (this.#place === undefined) return { state: 'absent' };
    if (live === undefined) return this.#vanished(look, this.#place.client);
    const seen = await this.#view(look, this.#place, live, answer === undefined ? { compared: depth === 'plan' } : undefined);
    this.#hasFailed = seen.state === 'failed';
    if (this.#done === undefined || seen.state !== 'ready' || !isComplete(live)) return seen;
    return (await this.#done.isRemembered(look, this.#place.client))
      ? seen
      : { ...seen, attributes: { ...seen.attributes, ...toRemember } };
  }

  /** A Job that is taken away once it is done is done, where that was noted, or where this run has made it and it did not fail. */
  async #vanished(look: Look, client: KubernetesClient): Promise<Observation<ObjectOut>> {
    if (this.#done === undefined || this.#isDeleted) return { state: 'absent' };
    const isRemembered = await this.#done.isRemembered(look, client);
    if (!isRemembered && (!this.#isMade || this.#hasFailed)) return { state: 'absent' };
    const attributes = isRemembered ? {} : toRemember;
    return { state: 'ready', owner: 'slipway', physicalId: this.#object.key.name, attributes, outputs: { uid: '' }, reason: 'done' };
  }

  async moved(signal: AbortSignal): Promise<void> {
    if (this.#place === undefined) throw new NotYet('nothing can be watched yet');
    const lists = liveListsOf(this.#place.client);
    if (this.#waitsOn !== undefined) return lists.moved(this.#waitsOn.watch, undefined, this.#waitsOn.version, signal);
    const { namespace, name } = this.#object.key;
    // What belongs to no namespace has neither Pods nor events beside it.
    for (const kind of this.#isExplained && namespace !== '' ? EXPLANATIONS : [])
      lists.hold(`/api/v1/namespaces/${namespace}/${kind}`, signal);
    return lists.moved(this.#place.collection, `${namespace}/${name}`, this.#version, signal);
  }

  async update(client: KubernetesClient, seen: Observation<unknown>, ctx: StepContext): Promise<void> {
    if (this.#done !== undefined && isToRemember(seen)) return this.#done.remember(client, ctx.signal);
    return this.apply(client, hasConflicts(seen), ctx);
  }

  async apply(client: KubernetesClient, force: boolean, ctx: StepContext): Promise<void> {
    const { namespace, name } = this.#object.key;
    const kind = await servedKind(client, this.#object, ctx.signal);
    if (kind === undefined) {
      const { apiVersion, key } = this.#object;
      throw new NotYet(`the cluster does not know ${apiVersion} ${key.kind} yet`, {
        code: 'kubernetes-kind',
        detail: `${apiVersion} ${key.kind}`,
      });
    }
    this.#place = { client, collection: collectionPath(kind, namespace), path: objectPath(kind, namespace, name) };
    const gate = await webhookGate(client, kind, this.#object, this.#version === undefined ? 'CREATE' : 'UPDATE', ctx.signal);
    this.#waitsOn = gate;
    if (gate) throw new NotYet(gate.reason, { code: 'kubernetes-webhook', detail: `${gate.service} (no ready endpoint)` });
    const object = await client.apply(this.#place.path, this.#manifest, ctx.signal, { force });
    this.#answer = { client, object, at: client.now() };
    [this.#isMade, this.#hasFailed, this.#isDeleted] = [true, false, false];
    liveListsOf(client).note(this.#place.collection, object);
  }

  async delete(seen: Present, ctx: StepContext): Promise<void> {
    if (this.#place === undefined) throw new NotYet('the cluster cannot be reached just now');
    await this.#place.client.delete(this.#place.path, ctx.signal, { uid: seen.physicalId });
    this.#isDeleted = true;
  }

  takesAlong(look: Look, makes: ReadonlySet<ResourceId>): Promise<readonly string[]> {
    if (this.#place === undefined) throw new Unseen('the cluster cannot be reached just now');
    return strangersIn(look, this.#place.client, { namespace: this.#object.key.name, label: this.#label, makes });
  }

  /** `undefined`: its kind is not served, so there can be none of it. */
  async #placeIn(client: KubernetesClient, look: Look): Promise<Place | undefined> {
    const { apiVersion, key } = this.#object;
    const known = await client.discovery.known(apiVersion, key.kind, look.signal);
    const kind =
      known ??
      (await look
        .share('kubernetes:discovery', () => client.discovery.refresh(look.signal))
        .then(() => client.discovery.known(apiVersion, key.kind, look.signal)));
    return kind && { client, collection: collectionPath(kind, key.namespace), path: objectPath(kind, key.namespace, key.name) };
  }

  /** What the server answered to a write just now: nothing can be fresher, nothing is more as it was written. */
  #takeAnswer(): KubernetesObject | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    return answer && answer.client.now() - answer.at < ANSWER_IS_FRESH ? answer.object : undefined;
  }

  async #read(look: Look, { client, collection }: Place): Promise<KubernetesObject | undefined> {
    const { key, apiVersion } = this.#object;
    const live = (await readCollection(look, client, collection)).get(`${key.namespace}/${key.name}`);
    // Items of a list carry neither kind nor version.
    return live && { ...live, apiVersion, kind: key.kind };
  }

  async #view(
    look: Look,
    { client, path }: Place,
    live: KubernetesObject,
    isRead: { readonly compared: boolean } | undefined,
  ): Promise<Observation<ObjectOut>> {
    const owner = live.metadata.labels?.[PLATFORM_LABEL] === this.#label ? 'slipway' : this.#otherwise;
    const isGoing = live.metadata.deletionTimestamp !== undefined;
    const isCompared = isRead?.compared === true && owner === 'slipway' && !isGoing;
    const attributes = isCompared
      ? attributesOf(await this.#compare(client, path, live, look.signal))
      : owner === 'foreign'
        ? otherToolIn(live.metadata)
        : {};
    const present = { owner, physicalId: live.metadata.uid ?? this.#object.key.name, attributes, outputs: outputsOf(live) } as const;
    if (isGoing) return { ...present, ...leaving(live) };
    if (isRead && (await this.#goesWithItsNamespace(look, client))) {
      return { ...present, state: 'pending', leaving: true, reason: `namespace ${this.#object.key.namespace} is being deleted` };
    }
    const verdict = readiness(live, client.now());
    if (verdict.status === 'Current') this.#complete = live.metadata.generation;
    this.#isExplained = verdict.status !== 'Current';
    const { state } = stateOfReadiness(verdict, live, this.#complete);
    if (state === 'absent') return { state };
    if (state === 'unknown') return { state, reason: verdict.message };
    if (state === 'ready') return this.#servedYet(look, client, live, present);
    const evidence = isRead && (await readEvidence(look, client, live));
    const { reason, cause, failedAt } = troubleOf(live, verdict, evidence, client.now());
    if (this.#unneeded !== undefined) return { ...present, state: 'ready', reason: `${reason}; ${this.#unneeded}` };
    if (state === 'failed' || failedAt !== undefined)
      return { ...present, state: 'failed', reason, cause, ...(failedAt === undefined ? {} : { failedAt }) };
    if (state === 'degraded' && this.#awaits !== undefined) return { ...present, state, reason, awaits: this.#awaits };
    return { ...present, state, reason, ...(wordsFor(cause.code) === undefined ? {} : { cause }) };
  }

  /** Objects of a namespace on its way out look well until its controller comes to them. */
  async #goesWithItsNamespace(look: Look, client: KubernetesClient): Promise<boolean> {
    const { namespace } = this.#object.key;
    if (namespace === '') return false;
    return (await readCollection(look, client, '/api/v1/namespaces')).get(`/${namespace}`)?.metadata.deletionTimestamp !== undefined;
  }

  /** A definition is only of use once its kind is served: Established comes seconds before that (kubernetes/kubernetes#63068). */
  async #servedYet(
    look: Look,
    client: KubernetesClient,
    live: KubernetesObject,
    present: Present & { readonly outputs: ObjectOut },
  ): Promise<Observation<ObjectOut>> {
    const { json, key } = this.#object;
    if (groupKind(key) !== 'CustomResourceDefinition.apiextensions.k8s.io') return { ...present, state: 'ready' };
    const [group, kind] = [textAt(json, 'spec', 'group'), textAt(json, 'spec', 'names', 'kind')];
    const isServed = async (): Promise<boolean> =>
      (await client.discovery.kinds(look.signal)).some((each) => each.group === group && each.kind === kind);
    if (await isServed()) return { ...present, state: 'ready' };
    await look.share('kubernetes:discovery', () => client.discovery.refresh(look.signal));
    return (await isServed())
      ? { ...present, state: 'ready' }
      : { ...present, state: 'pending', reason: `${live.metadata.name} is not served yet` };
  }

  /** One dry run for one difference, however often it is looked at; none where what was read tells. */
  async #compare(client: KubernetesClient, path: string, live: KubernetesObject, signal: AbortSignal): Promise<Comparison> {
    if (isAsWritten(this.#manifest, live, FIELD_MANAGER)) return { is: 'same' };
    const { resourceVersion: _, managedFields: __, ...metadata } = live.metadata;
    const of = JSON.stringify({ ...live, metadata, status: undefined });
    if (this.#compared?.of === of) return this.#compared.comparison;
    const comparison = await rehearsed(client, path, this.#manifest, live, signal);
    this.#compared = { of, comparison };
    return comparison;
  }
}

interface WithAddress extends KubernetesObject {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly hostname?: string; readonly ip?: string }[] } };
}

function outputsOf(live: WithAddress): ObjectOut {
  const address = live.status?.loadBalancer?.ingress?.[0];
  const hostname = address?.hostname ?? address?.ip;
  return { uid: live.metadata.uid ?? '', ...(hostname === undefined ? {} : { hostname }) };
}
