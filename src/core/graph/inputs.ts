import type { Foreseen, Handle, Inputs, Needs, ResourceId } from './resource.ts';

/** Every handle of `needs`, lists included, in the order written. */
export function handlesOf(needs: Needs): readonly Handle<unknown>[] {
  return Object.values(needs).flatMap((need) => ('id' in need ? [need] : need));
}

const filled = (needs: Needs, outputs: (id: ResourceId) => unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(needs).map(([key, need]) => [key, 'id' in need ? outputs(need.id) : need.map((handle) => outputs(handle.id))]),
  );

/** What a step gets. Outputs are kept by id and the handle says their type, which no compiler can follow: hence the cast, here and below only. */
export function inputsOf<N extends Needs>(needs: N, outputs: (id: ResourceId) => unknown): Inputs<N> {
  return filled(needs, outputs) as Inputs<N>;
}

/** What a plan gets: outputs that are not known yet are missing from their (then empty) object. */
export function foreseenOf<N extends Needs>(needs: N, outputs: (id: ResourceId) => unknown): Foreseen<N> {
  return filled(needs, (id) => outputs(id) ?? {}) as Foreseen<N>;
}
