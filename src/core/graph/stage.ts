import type { AnyResource } from './resource.ts';

/** A named group of resources with a heading of the runbook. It holds no logic. */
export interface Stage {
  readonly id: string;
  readonly title: string;
  /** Where to read about it: a page of `docs/stages/`, relative to the extension. */
  readonly doc: string;
  /** A ThemeIcon id for the stage's menu and documentation; the tree's icons tell the state. */
  readonly icon: string;
  /** Stages that come before it: told to people, followed by `--stage`; an edge only where `barrier` is set. */
  readonly requires: readonly string[];
  /** Stages from platform.yml and of Kubernetes hold every resource (but early ones) back until all of `requires` is there; AWS stages are ordered by handles alone. */
  readonly barrier: boolean;
  readonly resources: readonly AnyResource[];
  /** For its page of `docs/stages/`: what it is, in a few sentences. */
  readonly summary?: string;
  /** For the same page: what goes wrong where this is done by hand, and what Slipway does about it. One sentence each. */
  readonly warnings?: readonly string[];
}
