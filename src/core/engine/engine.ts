import { handlesOf } from '../graph/inputs.ts';
import { presentIn } from '../graph/observation.ts';
import type { Action, AnyResource, Handle, Observation, ResourceId } from '../graph/resource.ts';
import type { Direction, ResourceGraph } from '../graph/resourceGraph.ts';
import { assertMayRun } from './approval.ts';
import type { Outcome } from './events.ts';
import { costOf, demandOf, durationOf, standingCost } from './forecast.ts';
import { lookOf, observeAll, settledOutputs } from './look.ts';
import { findOrphans, leftOvers, ORPHANS, withOrphans } from './orphans.ts';
import type { Plan, PlannedChange } from './plan.ts';
import { diesWithHome, doomedIn, planApply, planDestroy } from './planning.ts';
import type { Ports, Provider, Residue } from './ports.ts';
import { preflight } from './preflight.ts';
import type { Result } from './result.ts';
import { Run } from './run.ts';
import { bringThere, takeAway } from './schedule.ts';
import { withheldIn, withWhatGoesAlong } from './takenAlong.ts';
import { healTwins } from './twins.ts';
import { unlessAborted } from './unlessAborted.ts';
import type { ObserveOptions, PlanOptions, RunOptions, Verb, Verbs } from './verbs.ts';

type Results = ReadonlyMap<ResourceId, Result>;

/** One graph with what belongs to a plan of it. */
interface Scope {
  readonly graph: ResourceGraph;
  /** What this run is about. */
  readonly selected: ReadonlySet<ResourceId>;
  /** Whether it is the whole platform: only then are orphans looked for. */
  readonly isWhole: boolean;
}

/** What a run came to. */
interface Ended {
  plan?: Plan;
  results: readonly Results[];
  error?: { readonly value: unknown };
}

const DIRECTION: Readonly<Record<Verb, Direction>> = { apply: 'requires', destroy: 'dependants' };

function scopeOf(graph: ResourceGraph, verb: Verb, stages: readonly string[] | undefined): Scope {
  if (stages === undefined) return { graph, selected: new Set(graph.order.map((resource) => resource.id)), isWhole: true };
  return { graph, selected: graph.select(stages, DIRECTION[verb]), isWhole: false };
}

/** Observe, plan, apply, destroy: for any graph, and without knowing a cloud, a stage or a face. */
export class Engine implements Verbs {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  async observe(graph: ResourceGraph, { signal, depth, only }: ObserveOptions): Promise<ReadonlyMap<ResourceId, Observation<unknown>>> {
    const run = this.#quietRun(signal);
    return observeAll(run, graph.order, depth, only && graph.order.filter((resource) => only.has(resource.id)));
  }

  async plan(graph: ResourceGraph, verb: Verb, { signal, stages, consent }: PlanOptions): Promise<Plan> {
    return this.#plan(this.#quietRun(signal, consent), scopeOf(graph, verb, stages), verb, true);
  }

  async apply(graph: ResourceGraph, options: RunOptions): Promise<Outcome> {
    return this.#run('apply', graph, options, async (run, scope, plan) => {
      const actions = new Map<ResourceId, Action>(plan.changes.map(({ resource, change }) => [resource, change.action]));
      const planned = (id: ResourceId): Action | undefined => actions.get(id);
      const all = withOrphans(graph, plan.orphans);
      const doomed = doomedIn(plan.changes, options.consent);
      const replaced = new Set([...doomed].filter((id) => graph.has(id)));
      const first = replaced.size > 0 ? doomed : new Set<ResourceId>();
      const removed = await takeAway(run, all, { includes: (id) => first.has(id), planned });
      const known = new Map([...removed].filter(([, result]) => result.kind !== 'done'));
      const made = await bringThere(run, graph, { includes: (id) => scope.selected.has(id), planned, known });
      const rest = new Set([...doomed].filter((id) => !first.has(id)));
      const left = await this.#takeOrphans(run, all, rest, made);
      const healed = run.signal.aborted ? new Map<string, Result>() : await healTwins(run, graph);
      return [removed, made, left, healed];
    });
  }

  async destroy(graph: ResourceGraph, options: RunOptions): Promise<Outcome> {
    return this.#run('destroy', graph, options, async (run, scope, plan) => {
      const all = withOrphans(graph, plan.orphans);
      const selected = new Set([...scope.selected, ...plan.orphans.map(({ id }) => id)]);
      const withheld = withheldIn(plan.changes, options.consent);
      const dies = (resource: AnyResource): boolean => diesWithHome(graph, resource, scope.selected, plan.observations);
      const goes = (id: ResourceId): boolean => {
        const resource = all.get(id);
        return resource !== undefined && selected.has(id) && !dies(resource) && !withheld.has(id);
      };
      const results = await takeAway(run, all, { includes: goes, planned: () => 'delete' });
      noteWhatWentAlong(run, scope, plan, results);
      const isGone = ({ within }: AnyResource): boolean => within !== undefined && results.get(within.id)?.kind === 'done';
      const along = plan.orphans.filter((orphan) => dies(orphan) && isGone(orphan));
      return [results, new Map(along.map(({ id }) => [id, { kind: 'done', action: 'delete' }]))];
    });
  }

  #quietRun(signal: AbortSignal, consent: ReadonlySet<string> = new Set()): Run {
    return new Run(this.#ports, { signal, consent, quiet: true, stageOf: () => '' });
  }

  async #plan(run: Run, scope: Scope, verb: Verb, withChecks: boolean): Promise<Plan> {
    const { graph, selected } = scope;
    const observations = await observeAll(run, graph.order, verb === 'apply' ? 'plan' : 'status');
    const census = scope.isWhole ? await findOrphans(run, graph) : { orphans: [], findings: [] };
    const all = withOrphans(graph, census.orphans);
    const changes = await withWhatGoesAlong(run, all, changesOf(run, scope, verb, observations, census.orphans));
    const checks = withChecks ? await preflight(run, all, { verb, selected, changes, demand: demandOf(graph, changes) }) : [];
    const { seconds, path } = durationOf(all, verb, observations, changes);
    return {
      verb,
      observations,
      changes,
      orphans: census.orphans,
      ...(scope.isWhole && census.findings.length === 0 ? { left: leftOvers(census.orphans) } : {}),
      cost: costOf(graph, observations, changes),
      duration: { seconds, criticalPath: path },
      findings: [...census.findings, ...checks],
    };
  }

  /** Orphans go when everything else is as wanted: until then something may still lead to them. */
  async #takeOrphans(run: Run, graph: ResourceGraph, doomed: ReadonlySet<ResourceId>, made: Results): Promise<Results> {
    if (doomed.size === 0) return new Map();
    const failed = [...made.values()].find((result) => result.kind !== 'done');
    if (!failed) return takeAway(run, graph, { includes: (id) => doomed.has(id), planned: () => 'delete' });
    const skipped: Result = failed.kind === 'cancelled' ? failed : { kind: 'skipped', cause: failed.cause };
    for (const id of doomed) {
      const orphan = graph.get(id);
      if (orphan && skipped.kind === 'skipped') run.emit({ event: 'resource.skipped', ...run.of(orphan), because: skipped.cause });
    }
    return new Map([...doomed].map((id) => [id, skipped]));
  }

  async #run(
    verb: Verb,
    graph: ResourceGraph,
    options: RunOptions,
    work: (run: Run, scope: Scope, plan: Plan) => Promise<readonly Results[]>,
  ): Promise<Outcome> {
    const scope = scopeOf(graph, verb, options.stages);
    const stageOf = (id: ResourceId): string => (graph.has(id) ? graph.stageOf(id) : ORPHANS);
    const run = new Run(this.#ports, { signal: options.signal, consent: options.consent, quiet: false, stageOf });
    run.announced = await this.#ports.intents.open();
    const visible = graph.order.filter((resource) => scope.selected.has(resource.id) && !resource.internal);
    const stages = graph.stages.map((stage) => stage.id).filter((id) => visible.some((resource) => graph.stageOf(resource.id) === id));
    run.emit({ event: 'run.started', verb, stages, total: visible.length });
    const ended: Ended = { results: [] };
    try {
      const plan = await this.#plan(run, scope, verb, options.approved === undefined);
      ended.plan = plan;
      assertMayRun(plan, options.approved);
      ended.results = await work(run, scope, plan);
    } catch (error) {
      if (!run.signal.aborted) ended.error = { value: error };
    }
    const outcome = await this.#outcome(verb, run, scope, ended);
    run.emit({ event: 'run.finished', ...outcome });
    const reason = run.stopReason ? { value: run.stopReason.error } : ended.error;
    if (reason) throw reason.value;
    return outcome;
  }

  async #outcome(verb: Verb, run: Run, scope: Scope, { plan, results, error }: Ended): Promise<Outcome> {
    const { graph } = scope;
    const merged = merge(results);
    const orphans = plan?.orphans ?? [];
    const resources = [...graph.order, ...orphans];
    const isBroken = error !== undefined;
    const those = (...kinds: readonly Result['kind'][]): readonly ResourceId[] =>
      [...merged].filter(([, result]) => kinds.includes(result.kind)).map(([id]) => id);
    const isCancelled = run.signal.aborted;
    const failed = those('failed');
    const internal = new Set(resources.filter((resource) => resource.internal).map((resource) => resource.id));
    return {
      outcome: isCancelled && !run.stopReason ? 'cancelled' : isBroken || run.stopReason || failed.length > 0 ? 'failed' : 'succeeded',
      changed: [...run.changed],
      failed,
      skipped: those('skipped', 'cancelled').filter((id) => !internal.has(id)),
      seconds: Math.round(run.elapsed() / 1_000),
      residue: verb === 'destroy' && !isCancelled && !isBroken ? await this.#residue(run, wentOf(scope, plan)) : [],
      ...(plan?.left === undefined ? {} : { left: leftOvers(orphans, merged) }),
      monthlyUsd: standingCost(resources, run.seen),
    };
  }

  async #residue(run: Run, went: ReadonlySet<string> | undefined): Promise<readonly Residue[]> {
    const found = await Promise.all(this.#ports.providers.map((provider) => residueOf(run, provider, went)));
    return found.flat();
  }
}

/** What no step of ours deleted and nobody can look at any longer: objects of a cluster that is gone, gates on what is gone. */
function noteWhatWentAlong(run: Run, { graph, selected }: Scope, plan: Plan, results: Results): void {
  const isGone = (handle: Handle<unknown> | undefined): boolean =>
    handle !== undefined && graph.get(handle.id)?.steps?.delete !== undefined && results.get(handle.id)?.kind === 'done';
  for (const resource of graph.order) {
    if (!selected.has(resource.id)) continue;
    const diedWithHome = isGone(resource.within) && diesWithHome(graph, resource, selected, plan.observations);
    const isGateOnNothing = !resource.steps && handlesOf(resource.needs).some(isGone);
    if (diedWithHome || isGateOnNothing) run.note(resource, { state: 'absent' });
  }
}

/** The physical ids of what a destroy of some stages was about; nothing where the whole platform was. */
function wentOf({ selected, isWhole }: Scope, plan: Plan | undefined): ReadonlySet<string> | undefined {
  if (isWhole) return undefined;
  return new Set([...selected].flatMap((id) => presentIn(plan?.observations.get(id))?.physicalId ?? []));
}

/** What could not be looked for is told too: an empty list would say that nothing is left. */
async function residueOf(run: Run, provider: Provider, went: ReadonlySet<string> | undefined): Promise<readonly Residue[]> {
  if (!provider.residue) return [];
  const look = lookOf(run, { provider: provider.name, since: run.reads.mark(), outputsOf: settledOutputs(run) });
  try {
    return await run.signedIn(() => unlessAborted(run.signal, provider.residue?.(look, went) ?? Promise.resolve([])));
  } catch (error) {
    if (run.signal.aborted) return [];
    const why = error instanceof Error ? error.message : String(error);
    return [
      { kind: 'unknown', physicalId: provider.name, reason: `It could not be looked for what is left: ${why}`, monthlyUsd: undefined },
    ];
  }
}

function changesOf(
  run: Run,
  { graph, selected }: Scope,
  verb: Verb,
  observations: ReadonlyMap<ResourceId, Observation<unknown>>,
  orphans: readonly AnyResource[],
): readonly PlannedChange[] {
  if (verb === 'apply') return planApply(graph, selected, observations, orphans);
  const acted = orphans.filter((orphan) => !diesWithHome(graph, orphan, selected, observations));
  const leftOvers = acted.map((orphan): PlannedChange => {
    const change = { action: 'delete' as const, summary: `delete ${orphan.title}`, diff: [] };
    return { resource: orphan.id, stage: ORPHANS, title: orphan.title, change };
  });
  return [...leftOvers, ...planDestroy(graph, selected, observations, run.consent)];
}

/** Of two ends of one resource the worse one counts. */
function merge(results: readonly Results[]): Results {
  const merged = new Map<ResourceId, Result>();
  for (const [id, result] of results.flatMap((some) => [...some])) {
    const known = merged.get(id);
    if (!known || known.kind === 'done') merged.set(id, result);
  }
  return merged;
}
