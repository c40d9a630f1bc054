import table from '../../../resources/instance-types.json' with { type: 'json' };

/** An EC2 instance type as the dated table in `resources/instance-types.json` knows it. */
export interface InstanceType {
  readonly name: string;
  readonly vcpu: number;
  readonly memoryMib: number;
  /** Pods that the VPC CNI gives addresses to without prefix delegation: network interfaces × (addresses each − 1) + 2. */
  readonly pods: number;
  readonly architecture: string;
}

const types: ReadonlyMap<string, InstanceType> = new Map(Object.entries(table.types).map(([name, type]) => [name, { name, ...type }]));

/** `undefined`: not in the table. It may be newer than that. */
export function instanceTypeOf(name: string): InstanceType | undefined {
  return types.get(name);
}

/** Every type of the table. */
export const instanceTypeNames: readonly string[] = [...types.keys()];

/** The day on which the table was made, `YYYY-MM-DD`. */
export const instanceTypesAsOf: string = table.asOf;

/** Pods of Slipway's add-ons that run on every node: `aws-node`, `kube-proxy`, `ebs-csi-node`. */
export const podsOnEveryNode = 3;

/** Pod slots that one node of that type has left for workloads. */
export function workloadSlots(type: InstanceType): number {
  return type.pods - podsOnEveryNode;
}
