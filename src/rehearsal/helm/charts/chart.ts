import type { JsonObject, KubeObject } from '../../kubernetes/json.ts';

export interface Rendering {
  readonly release: string;
  readonly namespace: string;
  readonly values: JsonObject;
  readonly isInstall: boolean;
  /** Letters and digits, new each time: what `randAlphaNum` gives. */
  random(length: number): string;
}

export interface Hook {
  readonly events: readonly ('pre-install' | 'post-install' | 'pre-upgrade' | 'post-upgrade')[];
  readonly object: KubeObject;
}

export interface Rendered {
  /** Of the folder crds/: made on the first install, never changed afterwards. */
  readonly definitions: readonly KubeObject[];
  readonly objects: readonly KubeObject[];
  /** In the order in which they are run. */
  readonly hooks: readonly Hook[];
}

/** A small chart that stands in for a real one: the same workloads, hooks and names as far as the platform needs them. */
export interface Chart {
  readonly name: string;
  /** Of the real chart that it was modelled on; whatever version is asked for, it says that it is that one. */
  readonly version: string;
  readonly appVersion: string;
  render(rendering: Rendering): Rendered;
}
