import type { Resource, ResourceId } from '../../src/core/graph/resource.ts';

/** A thing that is simply there, with outputs that others ask for: it stands in for what an engine does not have. */
export function given<O>(id: ResourceId, outputs: O): Resource<O, Record<never, never>> {
  return {
    id,
    kind: 'given',
    provider: 'none',
    title: id,
    needs: {},
    internal: true,
    observe: async () => ({ state: 'ready', owner: 'slipway', physicalId: id, attributes: {}, outputs }),
  };
}
