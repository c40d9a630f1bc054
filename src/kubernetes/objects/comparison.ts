import type { Attributes, Difference, Json } from '../../core/graph/resource.ts';
import type { JsonObject } from '../../manifests/manifestObject.ts';
import { Conflicted, Immutable, type FieldConflict } from '../answers.ts';
import { NotYet, Refused } from '../../core/graph/errors.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { differences } from './differences.ts';

/** What an apply would do to a live object, as far as a plan needs it. Plain data: it travels in an observation's attributes. */
export type Comparison =
  | { readonly is: 'same' }
  | {
      readonly is: 'different';
      readonly diff: readonly Difference[];
      /** Fields that others own. */ readonly conflicts: readonly FieldConflict[];
    }
  | { readonly is: 'immutable'; readonly field: string }
  | { readonly is: 'refused'; readonly why: string; readonly code: string };

const KEY = 'comparison';

export const attributesOf = (comparison: Comparison): Attributes => ({ [KEY]: comparison as unknown as Json });

/** @returns `undefined` where nothing was compared: a look at the status alone. */
export const comparisonIn = (attributes: Attributes): Comparison | undefined => attributes[KEY] as Comparison | undefined;

/**
 * What a dry run says of an object for which `isAsWritten` cannot tell: the server knows defaults, webhooks and what cannot be changed.
 * @throws Unseen, NotYet, AnswerLost
 */
export async function rehearsed(
  client: KubernetesClient,
  path: string,
  manifest: JsonObject,
  live: KubernetesObject,
  signal: AbortSignal,
): Promise<Comparison> {
  const before = live as unknown as JsonObject; // the server's JSON
  const rehearse = async (force: boolean): Promise<readonly Difference[]> => {
    const then = await client.apply(path, manifest, signal, { dryRun: true, force });
    return differences(
      { ...before, apiVersion: manifest['apiVersion'] ?? null, kind: manifest['kind'] ?? null },
      then as unknown as JsonObject,
    );
  };
  try {
    const diff = await rehearse(false);
    return diff.length === 0 ? { is: 'same' } : { is: 'different', diff, conflicts: [] };
  } catch (error) {
    if (error instanceof Immutable) return { is: 'immutable', field: error.field };
    if (error instanceof Conflicted) return conflicting(error, rehearse);
    // What a webhook that does not answer yet would say is found out by the apply itself.
    if (error instanceof NotYet) return { is: 'different', diff: [], conflicts: [] };
    if (error instanceof Refused) return { is: 'refused', why: error.message, code: error.code ?? 'refused' };
    throw error;
  }
}

async function conflicting({ conflicts }: Conflicted, rehearse: (force: boolean) => Promise<readonly Difference[]>): Promise<Comparison> {
  try {
    return { is: 'different', diff: await rehearse(true), conflicts };
  } catch (error) {
    if (error instanceof Immutable) return { is: 'immutable', field: error.field };
    if (error instanceof Refused || error instanceof NotYet) return { is: 'different', diff: [], conflicts };
    throw error;
  }
}
