import { createHash } from 'node:crypto';
import { canonical } from '../../core/graph/compare.ts';
import type { Attributes, Change, Look, Observation } from '../../core/graph/resource.ts';
import type { ManifestObject } from '../../manifests/manifestObject.ts';
import { groupKind, objectId } from '../../manifests/objectKey.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import { vanishesWhenDone } from '../readiness/additions/finishedJob.ts';
import { conditionOf } from '../readiness/fields.ts';
import { readCollection } from '../watches.ts';
import type { ApplySet } from './applySet.ts';
import { INVENTORY_COLLECTION, INVENTORY_NAMESPACE } from './applySetId.ts';

const UNREMEMBERED = 'unremembered';

/**
 * Remembers that a Job was done that the API server takes away then (`ttlSecondsAfterFinished`), or each run would make it again: as an
 * annotation of its stage's inventory with a digest of its manifest, so that another manifest runs anew.
 */
export class DoneJob {
  readonly #inventory: string;
  readonly #annotation: string;
  readonly #digest: string;

  /** @returns `undefined` for what stays when it is done */
  static of({ key, json }: ManifestObject, { name }: ApplySet): DoneJob | undefined {
    return groupKind(key) === 'Job.batch' && vanishesWhenDone(json) ? new DoneJob(name, objectId(key), canonical(json)) : undefined;
  }

  private constructor(inventory: string, id: string, manifest: string) {
    this.#inventory = inventory;
    this.#annotation = `slipway.dev/done-${digestOf(id).slice(0, 16)}`;
    this.#digest = digestOf(manifest).slice(0, 32);
  }

  /** @throws Unseen */
  async isRemembered(look: Look, client: KubernetesClient): Promise<boolean> {
    const inventory = (await readCollection(look, client, INVENTORY_COLLECTION)).get(`${INVENTORY_NAMESPACE}/${this.#inventory}`);
    return inventory?.metadata.annotations?.[this.#annotation] === this.#digest;
  }

  /** A merge patch: what the inventory itself says is applied by another step, and neither takes away what the other has written. */
  remember(client: KubernetesClient, signal: AbortSignal): Promise<void> {
    return client.patch(
      `${INVENTORY_COLLECTION}/${this.#inventory}`,
      { metadata: { annotations: { [this.#annotation]: this.#digest } } },
      signal,
    );
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const isComplete = (job: KubernetesObject): boolean => conditionOf(job, 'Complete')?.status === 'True';

export const toRemember: Attributes = { [UNREMEMBERED]: true };

export const isToRemember = (seen: Observation<unknown>): boolean => 'attributes' in seen && seen.attributes[UNREMEMBERED] === true;

/** What has to be done for one that is done; anything else that is to be changed comes first. */
export const planMemory = (title: string, seen: Observation<unknown>, change: Change): Change =>
  change.action === 'none' && isToRemember(seen)
    ? {
        action: 'update',
        summary: `note that ${title} is done`,
        diff: [{ path: 'done', before: false, after: true }],
      }
    : change;
