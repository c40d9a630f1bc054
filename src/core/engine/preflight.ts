import type { Finding } from '../findings/finding.ts';
import { SignedOut } from '../graph/errors.ts';
import type { AnyResource, Look, QuotaDemand, ResourceId } from '../graph/resource.ts';
import type { ResourceGraph } from '../graph/resourceGraph.ts';
import { BEFORE_ANY_WRITE, lookOf, settledOutputs } from './look.ts';
import type { PlannedChange } from './plan.ts';
import type { Run } from './run.ts';
import { unlessAborted } from './unlessAborted.ts';
import type { Verb } from './verbs.ts';

export interface Intended {
  readonly verb: Verb;
  readonly selected: ReadonlySet<ResourceId>;
  readonly changes: readonly PlannedChange[];
  readonly demand: readonly QuotaDemand[];
}

/**
 * What must hold before the first write, of every resource that has something to say (`graph`: with its orphans) and, for an apply, of every
 * provider. What may not be read only informs.
 */
export async function preflight(run: Run, graph: ResourceGraph, intended: Intended): Promise<readonly Finding[]> {
  const { verb, demand } = intended;
  const ask = async (
    provider: string,
    subject: string,
    check: (look: Look) => Promise<readonly Finding[]>,
  ): Promise<readonly Finding[]> => {
    const look = lookOf(run, { provider, since: BEFORE_ANY_WRITE, outputsOf: settledOutputs(run) });
    try {
      return await run.signedIn(() => unlessAborted(run.signal, check(look)));
    } catch (error) {
      if (error instanceof SignedOut) throw error;
      run.signal.throwIfAborted();
      return [
        {
          code: 'unseen',
          severity: 'information',
          message: `${subject} could not be checked: ${error instanceof Error ? error.message : String(error)}`,
        },
      ];
    }
  };
  const [ofProviders, ofResources] = await Promise.all([
    Promise.all(
      run.ports.providers.map(async (provider) =>
        provider.check && verb === 'apply'
          ? ask(provider.name, `The prerequisites of ${provider.name}`, (look) => provider.check?.(look, demand) ?? Promise.resolve([]))
          : [],
      ),
    ),
    Promise.all(
      resourcesIn(graph, intended).map(async (resource) =>
        resource.check ? ask(resource.provider, resource.title, (look) => resource.check?.(look, verb) ?? Promise.resolve([])) : [],
      ),
    ),
  ]);
  return [...ofProviders.flat(), ...toldOnce(graph, ofResources.flat())];
}

/** Those that the run goes for: what it brings there, and what it deletes. */
function resourcesIn(graph: ResourceGraph, { verb, selected, changes }: Intended): readonly AnyResource[] {
  const deleted = new Set(changes.flatMap(({ resource, change }) => (change.action === 'delete' ? [resource] : [])));
  return graph.order.filter(({ id }) => deleted.has(id) || (verb === 'apply' && selected.has(id)));
}

const BY_WEIGHT: readonly Finding['severity'][] = ['information', 'warning', 'error'];

/** What several resources say in the same words (there is no Helm) is one finding, as heavy as the heaviest, which names their stages. */
function toldOnce(graph: ResourceGraph, findings: readonly Finding[]): readonly Finding[] {
  const same = new Map<string, Finding[]>();
  for (const finding of findings) {
    const words = `${finding.code} ${finding.message}`;
    const known = same.get(words);
    if (known === undefined) same.set(words, [finding]);
    else known.push(finding);
  }
  return [...same.values()].flatMap((group): readonly Finding[] => {
    const [first] = group.toSorted((a, b) => BY_WEIGHT.indexOf(b.severity) - BY_WEIGHT.indexOf(a.severity));
    if (first === undefined || group.length === 1) return group;
    const ids = new Set(group.map(({ resource = '' }) => (graph.has(resource) ? graph.stageOf(resource) : undefined)));
    const stages = graph.stages.filter(({ id }) => ids.has(id)).map(({ title }) => title);
    return stages.length < 2 ? [first] : [{ ...first, message: `${first.message} It concerns ${stages.join(', ')}.` }];
  });
}
