import type { LeftOver } from '../core/engine/plan.ts';
import { platformTag, type PlatformSpec } from '../core/platform/platformSpec.ts';

/** What left the file, as the last plan or run saw it: a status does not look for it. Another name or region in the file is another platform. */
export class LeftMemory {
  #last: { readonly of: string; readonly found: readonly LeftOver[] } | undefined;

  /** What was not looked for is as it was. */
  keep(spec: PlatformSpec, found: readonly LeftOver[] | undefined): void {
    if (found !== undefined) this.#last = { of: keyOf(spec), found };
  }

  of(spec: PlatformSpec): readonly LeftOver[] | undefined {
    return this.#last?.of === keyOf(spec) ? this.#last.found : undefined;
  }

  forget(): void {
    this.#last = undefined;
  }
}

const keyOf = (spec: PlatformSpec): string => `${platformTag(spec)} ${spec.region}`;
