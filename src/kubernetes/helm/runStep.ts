import { Refused } from '../../core/graph/errors.ts';
import type { StepContext } from '../../core/graph/resource.ts';
import type { KubernetesClient } from '../client.ts';
import type { Helm } from './helm.ts';
import { namedHookFailure } from './hookFailure.ts';
import type { Values } from './values.ts';

export interface ReleaseName {
  readonly release: string;
  readonly namespace: string;
}

/** What Helm reads on its stdin, and what of it must be in no word that is told. */
export interface Sent {
  readonly values: Values;
  readonly secrets: readonly string[];
}

/** Seconds that Helm waits for one hook: an image to pull and a database to migrate on a small node (domain-facts J). */
export const HOOK_SECONDS = 1_200;

/** One command of Helm as a step; a hook that failed is named. @throws Refused, NotYet, AnswerLost */
export async function runStep(
  helm: Helm,
  client: KubernetesClient,
  { namespace, release }: ReleaseName,
  args: readonly string[],
  ctx: StepContext,
  sent?: Sent,
): Promise<void> {
  // Asked first: one that is no Helm must not be given values.
  await helm.major(ctx.signal);
  ctx.progress(`helm ${args.slice(0, 2).join(' ')}`);
  try {
    await helm.run({ client, namespace, release, args, signal: ctx.signal, secrets: [], ...sent });
  } catch (error) {
    throw error instanceof Refused && error.code === 'helm-hook' ? await namedHookFailure(client, namespace, release, error) : error;
  }
}
