import type { ResourceId } from '../core/graph/resource.ts';

/** A line and the resource that it makes. */
export interface PrintedLine {
  readonly resource: ResourceId;
  readonly line: string;
}

/** A resource with its lines and what it comes after. */
export interface Asker {
  readonly id: ResourceId;
  readonly requires: readonly ResourceId[];
  readonly lines: readonly string[];
}

/**
 * Puts lines in order of which one may serve several resources: `kubectl apply -f FILE` is printed once for all objects of the file, as
 * late as it may be, since the last of them may wait for something else. Where somebody needs one of them sooner, it is printed for those
 * that come before, and again for those that had to wait for what was printed in between.
 *
 * @param askers in the order in which they may be made.
 */
export function inOrder(askers: readonly Asker[]): readonly PrintedLine[] {
  return new SharedLines(askers).print();
}

class SharedLines {
  readonly #askers: readonly Asker[];
  readonly #printed: PrintedLine[] = [];
  /** Where each line was printed last. */
  readonly #places = new Map<string, number>();
  readonly #lastAsker = new Map<string, ResourceId>();
  /** By the first line of each, which is what askers share: who waits for the last of them to come. */
  readonly #held = new Map<string, readonly Asker[]>();
  readonly #sharedBy = new Map<ResourceId, string>();
  /** The last line of each. */
  readonly #ends = new Map<ResourceId, number>();

  constructor(askers: readonly Asker[]) {
    this.#askers = askers;
    for (const { id, lines } of askers) for (const line of lines) this.#lastAsker.set(line, id);
  }

  print(): readonly PrintedLine[] {
    for (const asker of this.#askers) {
      const [shared] = asker.lines;
      this.#releaseFor(asker, shared);
      if (shared === undefined) continue;
      this.#held.set(shared, [...(this.#held.get(shared) ?? []), asker]);
      this.#sharedBy.set(asker.id, shared);
      if (this.#lastAsker.get(shared) === asker.id) this.#release(shared);
    }
    return this.#printed;
  }

  /** What shares a line with the asker does not have to be there before that line. */
  #releaseFor({ requires }: Asker, own: string | undefined): void {
    const lines = requires.flatMap((id) => this.#sharedBy.get(id) ?? []);
    for (const line of lines) if (line !== own) this.#release(line);
  }

  #release(shared: string): void {
    const held = this.#held.get(shared) ?? [];
    this.#held.delete(shared);
    for (const asker of held) this.#releaseFor(asker, shared);
    for (const asker of held) this.#add(asker, shared);
  }

  #add({ id, requires, lines }: Asker, shared: string): void {
    const others = requires.filter((each) => this.#sharedBy.get(each) !== shared);
    const needed = Math.max(-1, ...others.map((each) => this.#ends.get(each) ?? -1));
    const isAgain = (this.#places.get(shared) ?? Infinity) < needed;
    for (const line of lines) {
      if (this.#places.has(line) && !isAgain) continue;
      this.#places.set(line, this.#printed.length);
      this.#printed.push({ resource: id, line });
    }
    this.#ends.set(id, Math.max(-1, ...lines.map((line) => this.#places.get(line) ?? -1)));
  }
}
