import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { Agents } from './agent.ts';
import type { ConfiguredEndpoint } from './configuredEndpoints.ts';

/** Gives credentials whenever a client needs some; the caller caches (one MFA code a run). Rejecting means: signed out. */
export type CredentialProvider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;

/** One region of one account as the kinds see it: clients that are made when they are first used. */
export interface Aws {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly ec2: EC2Client;
  /** One attempt only: for the creates that a retry after a lost answer would double (CreateVpc, CreateInternetGateway, AllocateAddress). */
  readonly ec2Once: EC2Client;
  readonly iam: IAMClient;
  readonly eks: EKSClient;
  readonly sts: STSClient;
  readonly elb: ElasticLoadBalancingClient;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly route53: Route53Client;
  readonly serviceQuotas: ServiceQuotasClient;
  /** Drops all connections. */
  destroy(): void;
}

/** A request as it is about to be signed: for logs and for the least-privilege policy. `input` may hold names and tags, never a secret. */
export interface AwsCall {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
}

export interface AwsOptions {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly agents: Agents;
  /** All services at this address (a rehearsal, moto). */
  readonly endpoint?: string;
  /** Other addresses than AWS's own, the strongest first (`configuredEndpoints`). What is not listed here is not used: the SDK looks for none by itself. */
  readonly endpoints?: readonly Pick<ConfiguredEndpoint, 'url' | 'service'>[];
  /** Told of every request before it is signed, retries not counted. */
  readonly onCall?: (call: AwsCall) => void;
}

/** The part of a client's middleware stack that is used here; the same for every service. */
interface Hooked {
  readonly middlewareStack: {
    add(
      middleware: <I extends object, O>(
        next: (args: { input: I }) => Promise<O>,
        context: { readonly clientName?: string; readonly commandName?: string },
      ) => (args: { input: I }) => Promise<O>,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
  destroy(): void;
}

/** Clients of one region over the given connections. Nothing is read or sent before the first use. */
export function createAws(options: AwsOptions): Aws {
  const { region, credentials, agents } = options;
  const endpoints = options.endpoint === undefined ? (options.endpoints ?? []) : [{ url: options.endpoint }];
  // The engine is the retrier: the SDK only smooths over what is gone within seconds. Not `adaptive`: a few throttled reads then slow
  // every request of the client down for a quarter of a minute, deaf to the abort signal.
  const shared = {
    region,
    credentials,
    retryMode: 'standard',
    maxAttempts: 3,
    customUserAgent: 'slipway',
    requestHandler: {
      httpAgent: agents.http,
      httpsAgent: agents.https,
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
    },
    ignoreConfiguredEndpointUrls: true,
  };
  /** For the service that the variables call so. */
  const of = (service: string): typeof shared & { readonly endpoint?: string } => {
    const named = endpoints.find((each) => each.service === undefined || each.service === service);
    return named === undefined ? shared : { ...shared, endpoint: named.url };
  };
  const made = new Map<string, Hooked>();
  const client = <C extends Hooked>(name: string, make: () => C): (() => C) => {
    let kept: C | undefined;
    return () => {
      if (kept !== undefined) return kept;
      kept = make();
      if (options.onCall !== undefined) report(kept, options.onCall);
      made.set(name, kept);
      return kept;
    };
  };
  const ec2 = client('ec2', () => new EC2Client(of('EC2')));
  const ec2Once = client('ec2Once', () => new EC2Client({ ...of('EC2'), maxAttempts: 1 }));
  const iam = client('iam', () => new IAMClient(of('IAM')));
  const eks = client('eks', () => new EKSClient(of('EKS')));
  const sts = client('sts', () => new STSClient(of('STS')));
  const elb = client('elb', () => new ElasticLoadBalancingClient(of('ELASTIC_LOAD_BALANCING')));
  const elbv2 = client('elbv2', () => new ElasticLoadBalancingV2Client(of('ELASTIC_LOAD_BALANCING_V2')));
  const route53 = client('route53', () => new Route53Client(of('ROUTE_53')));
  const serviceQuotas = client('serviceQuotas', () => new ServiceQuotasClient(of('SERVICE_QUOTAS')));
  return {
    region,
    credentials,
    get ec2() {
      return ec2();
    },
    get ec2Once() {
      return ec2Once();
    },
    get iam() {
      return iam();
    },
    get eks() {
      return eks();
    },
    get sts() {
      return sts();
    },
    get elb() {
      return elb();
    },
    get elbv2() {
      return elbv2();
    },
    get route53() {
      return route53();
    },
    get serviceQuotas() {
      return serviceQuotas();
    },
    destroy() {
      for (const each of made.values()) each.destroy();
    },
  };
}

function report(client: Hooked, onCall: (call: AwsCall) => void): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      onCall({
        service: (context.clientName ?? '').replace(/Client$/, ''),
        operation: (context.commandName ?? '').replace(/Command$/, ''),
        input: args.input,
      });
      return next(args);
    },
    { step: 'initialize', name: 'slipwayReport' },
  );
}
