import type { Intents } from '../../../../src/core/engine/ports.ts';
import type { ResourceId } from '../../../../src/core/graph/resource.ts';

/** What a process writes to its disk, and finds there after it was killed. */
export class MemoryIntents implements Intents {
  readonly kept = new Map<ResourceId, number>();

  open(): Promise<ReadonlyMap<ResourceId, number>> {
    return Promise.resolve(new Map(this.kept));
  }

  begin(id: ResourceId, at: number): Promise<void> {
    this.kept.set(id, at);
    return Promise.resolve();
  }

  end(id: ResourceId): Promise<void> {
    this.kept.delete(id);
    return Promise.resolve();
  }
}
