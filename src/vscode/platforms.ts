import type { Cancel } from './model/clock.ts';
import type { Platform } from './platform.ts';

/** The platforms of this window, in the order of the tree, and the one that a person last chose. */
export class Platforms {
  readonly #byKey = new Map<string, { platform: Platform; stopListening: Cancel }>();
  readonly #listeners = new Set<(changed: Platform | undefined) => void>();
  #selected: string | undefined;
  #ready = false;

  get all(): readonly Platform[] {
    return [...this.#byKey.values()].map(({ platform }) => platform);
  }

  /** The first search for platform files is over: only now is "there is none" true. */
  get ready(): boolean {
    return this.#ready;
  }

  get selected(): Platform | undefined {
    return (this.#selected === undefined ? undefined : this.get(this.#selected)) ?? this.all[0];
  }

  get(key: string): Platform | undefined {
    return this.#byKey.get(key)?.platform;
  }

  /** Told with the platform that changed, or with `undefined` when the list, the choice or readiness did. */
  listen(listener: (changed: Platform | undefined) => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(platform: Platform): void {
    this.remove(platform.key);
    const stopListening = platform.model.listen(() => this.#tell(platform));
    this.#byKey.set(platform.key, { platform, stopListening });
    this.#tell(undefined);
  }

  remove(key: string): void {
    const known = this.#byKey.get(key);
    if (!known) return;
    known.stopListening();
    known.platform.dispose();
    this.#byKey.delete(key);
    this.#tell(undefined);
  }

  select(key: string): void {
    if (this.#selected === key) return;
    this.#selected = key;
    this.#tell(undefined);
  }

  markReady(): void {
    this.#ready = true;
    this.#tell(undefined);
  }

  dispose(): void {
    this.#listeners.clear();
    for (const { platform, stopListening } of this.#byKey.values()) {
      stopListening();
      platform.dispose();
    }
    this.#byKey.clear();
  }

  #tell(changed: Platform | undefined): void {
    for (const listener of this.#listeners) listener(changed);
  }
}
