import type { StaticErrorSchema, StaticOperationSchema } from '@smithy/types';
import type { World } from './world.ts';

/** A request after its wire was read: the same for all protocols. */
export interface Call<Input = Readonly<Record<string, unknown>>> {
  readonly service: ServiceName;
  readonly operation: string;
  /** Members by their names in AWS's service model; unknown ones are refused before this is made. */
  readonly input: Input;
  readonly region: string;
  readonly requestId: string;
  /** EC2's DryRun: allowed calls end in the error `DryRunOperation`. */
  readonly dryRun: boolean;
}

export type ServiceName =
  | 'ec2'
  | 'eks'
  | 'iam'
  | 'sts'
  | 'elasticloadbalancing'
  | 'elasticloadbalancingv2'
  | 'route53'
  | 'servicequotas'
  | 'pricing'
  | 's3'
  | 'autoscaling';

/** How AWS speaks: `https://smithy.io/2.0/aws/protocols/`. */
export type Protocol = 'ec2Query' | 'query' | 'restJson' | 'restXml' | 'json';

/** One AWS service as the rehearsal serves it. The server finds the operation; the codecs read and write by the SDK's own schemas. */
export interface Service {
  readonly name: ServiceName;
  /** The service's name in a SigV4 credential scope, where it is not `name` (both load balancing APIs sign as one). */
  readonly signingName?: string;
  readonly protocol: Protocol;
  /** The API's version, as in the `Version` parameter of the Query protocols. */
  readonly version: string;
  /** XML namespace of answers (Query and REST-XML). */
  readonly xmlNamespace?: string;
  /** What stands before the dot in `X-Amz-Target` (JSON 1.1). */
  readonly target?: string;
  /** The SDK's error schemas, for the members, the HTTP status and the fault (Sender, Receiver) of an error. */
  readonly errors?: readonly StaticErrorSchema[];
  readonly operations: Readonly<Record<string, Operation>>;
}

/** One operation: the SDK's schema says how its request and answer look, so that only the behaviour is written here. */
export interface Operation {
  /** e.g. `CreateVpc$` of `@aws-sdk/client-ec2`: input, output and, for REST, the route. */
  readonly schema: StaticOperationSchema;
  /** Whether it writes: counted in `requests.jsonl`. EC2 DryRun is subtracted by the server. */
  readonly mutating: boolean;
  /**
   * Runs it. What it returns are the output's members.
   * @throws AwsError AWS's refusal.
   */
  run(world: World, call: Call): object | undefined;
}

/**
 * An operation with the SDK's types: `read(DescribeVpcs$, (world, call: Call<DescribeVpcsRequest>): DescribeVpcsResult => …)`.
 * The casts are sound because the codec only lets through what the same schema describes.
 */
function operation<Input, Output extends object | undefined>(
  schema: StaticOperationSchema,
  mutating: boolean,
  run: (world: World, call: Call<Input>) => Output,
): Operation {
  return { schema, mutating, run: (world, call) => run(world, call as unknown as Call<Input>) };
}

/** An operation that only looks. */
export function read<Input, Output extends object | undefined>(
  schema: StaticOperationSchema,
  run: (world: World, call: Call<Input>) => Output,
): Operation {
  return operation(schema, false, run);
}

/** An operation that changes something, or may. */
export function write<Input, Output extends object | undefined>(
  schema: StaticOperationSchema,
  run: (world: World, call: Call<Input>) => Output,
): Operation {
  return operation(schema, true, run);
}

/** A service's operations by the names in their schemas: `[read(DescribeVpcs$, …), …]` → `{ DescribeVpcs: … }`. */
export function byName(operations: readonly Operation[]): Readonly<Record<string, Operation>> {
  return Object.fromEntries(operations.map((each) => [each.schema[2], each]));
}

/** AWS's own code, message and HTTP status: never a word of ours on the wire. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Members besides Code and Message, e.g. `validZones`. */
  readonly members: Readonly<Record<string, unknown>>;
  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}
