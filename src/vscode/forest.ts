import type { Clock } from './model/clock.ts';
import { RowTree, type RowNode } from './model/rowTree.ts';
import { Throttle } from './model/throttle.ts';
import type { Platform } from './platform.ts';
import type { Platforms } from './platforms.ts';

/** Between two drawings: at most four a second, however many events a run tells. */
const DRAW_EVERY = 300;

/** What is to be drawn again: these rows (none, where only what stands outside the tree changed), or everything, where roots came or went. */
export type Redraw = readonly RowNode[] | 'everything';

/** The rows of all platforms of the window, and when to draw them. */
export class Forest {
  readonly #platforms: Platforms;
  readonly #clock: Clock;
  readonly #draw: (redraw: Redraw) => void;
  readonly #throttle: Throttle;
  readonly #trees = new Map<string, RowTree>();
  readonly #dirty = new Set<Platform>();
  readonly #stopListening: () => void;
  #attentionOnly = false;

  constructor(platforms: Platforms, clock: Clock, draw: (redraw: Redraw) => void) {
    this.#platforms = platforms;
    this.#clock = clock;
    this.#draw = draw;
    this.#throttle = new Throttle(clock, DRAW_EVERY, () => this.#update());
    this.#stopListening = platforms.listen((changed) => {
      if (changed) this.#dirty.add(changed);
      else for (const platform of platforms.all) this.#dirty.add(platform);
      this.#throttle.request();
    });
  }

  get roots(): readonly RowNode[] {
    return this.#platforms.all.map((platform) => this.#treeOf(platform).root);
  }

  get attentionOnly(): boolean {
    return this.#attentionOnly;
  }

  set attentionOnly(only: boolean) {
    this.#attentionOnly = only;
    for (const platform of this.#platforms.all) this.#dirty.add(platform);
    this.#throttle.request();
  }

  find(platform: string, path: string): RowNode | undefined {
    return this.#trees.get(platform)?.get(path);
  }

  /** Draws what is waiting to be drawn, for whoever is about to point at it. */
  drawNow(): void {
    this.#update();
  }

  dispose(): void {
    this.#stopListening();
    this.#throttle.dispose();
  }

  #treeOf(platform: Platform): RowTree {
    const known = this.#trees.get(platform.key);
    if (known) return known;
    const tree = new RowTree(platform.model.view, this.#clock.now(), this.#attentionOnly);
    this.#trees.set(platform.key, tree);
    return tree;
  }

  #update(): void {
    const keys = new Set(this.#platforms.all.map(({ key }) => key));
    const gone = [...this.#trees.keys()].filter((key) => !keys.has(key));
    const fresh = [...keys].some((key) => !this.#trees.has(key));
    for (const key of gone) this.#trees.delete(key);
    const changed: RowNode[] = [];
    for (const platform of this.#dirty) {
      if (keys.has(platform.key))
        changed.push(...this.#treeOf(platform).update(platform.model.view, this.#clock.now(), this.#attentionOnly));
    }
    this.#dirty.clear();
    if (fresh || gone.length > 0) this.#draw('everything');
    else this.#draw(changed);
  }
}
