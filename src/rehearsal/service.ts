/** A request after its wire was read: the same for all protocols. */
export interface Call {
  readonly service: ServiceName;
  readonly operation: string;
  /** Members by their names in AWS's service model; unknown ones are refused before this is made. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly region: string;
  readonly requestId: string;
  /** EC2's DryRun: allowed calls end in the error `DryRunOperation`. */
  readonly dryRun: boolean;
}

export type ServiceName =
  | 'ec2' | 'eks' | 'iam' | 'sts' | 'elasticloadbalancing' | 'elasticloadbalancingv2' | 'route53' | 'servicequotas' | 'pricing' | 's3' | 'autoscaling';

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
