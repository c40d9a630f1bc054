import type { Cause } from './cause.ts';
import type { Finding, SourceRange } from '../findings/finding.ts';

/** A resource's name in its platform, stable and written in its tags: `cluster`, `subnet/private/10.0.16.0-20`. Never an index, never the stage. */
export type ResourceId = string;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Attributes that matter. In what is wanted, `undefined` means: known only after something else exists. In what is seen: not read. */
export type Attributes = Readonly<Record<string, Json | undefined>>;

export type Owner = 'slipway' | 'adopted' | 'foreign';

/** What others hold of a resource: its id and the type of its outputs. It carries `observe`, so that the type cannot be forged. */
export interface Handle<out O> {
  readonly id: ResourceId;
  observe(look: Look, depth: Depth): Promise<Observation<O>>;
}

export type Needs = Readonly<Record<string, Handle<unknown> | readonly Handle<unknown>[]>>;

/** The outputs of all that is needed, complete: what a step gets. */
export type Inputs<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends readonly Handle<infer O>[] ? readonly O[] : N[K] extends Handle<infer O> ? O : never;
};

/** The same before everything exists: what a plan gets. A missing output is not known yet. */
export type Foreseen<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends readonly Handle<infer O>[]
    ? readonly Partial<O>[]
    : N[K] extends Handle<infer O>
      ? Partial<O>
      : never;
};

export interface Present {
  readonly owner: Owner;
  /** The provider's own name of it (vpc-…, an ARN, a uid): shown, linked, and what a delete acts on. */
  readonly physicalId: string;
  /** Only what was read: `plan` compares nothing else. */
  readonly attributes: Attributes;
  /** What the provider says is wrong with it; `reason` then says it in words for a row. */
  readonly cause?: Cause;
  /** It is being deleted: wait until it is gone, then look again. */
  readonly leaving?: true;
  /** Others with our tag for the same resource, by physical id: made by a lost answer. `physicalId` is the used one, else the smallest. */
  readonly twins?: readonly Twin[];
}

export interface Twin {
  readonly physicalId: string;
  /** Something lives in it: it is not deleted, and the resource is refused, naming both. */
  readonly used: boolean;
}

/** States are defined by what the engine does: `pending` waits, `ready` and `degraded` let dependants go, `failed` does not heal by waiting, `unknown` is never absent. */
export type Observation<O> =
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly reason: string; readonly cause?: Cause }
  | (Present & { readonly state: 'ready'; readonly outputs: O; /** A detail worth a row, e.g. `14 nodes`. */ readonly reason?: string })
  | (Present & {
      readonly state: 'degraded';
      readonly outputs: O;
      readonly reason: string;
      /** It heals once this resource is ready: shown as waiting. */ readonly awaits?: ResourceId;
    })
  | (Present & { readonly state: 'pending'; readonly outputs: Partial<O>; readonly reason: string })
  | (Present & {
      readonly state: 'failed';
      readonly outputs: Partial<O>;
      readonly reason: string;
      /**
       * When it failed last (ms since the epoch), of what is tried again by itself: a run that finds a failure older than itself waits for
       * the next try, since what was wrong may have been put right. Without it, a failure is final.
       */
      readonly failedAt?: number;
    });

export interface Difference {
  readonly path: string;
  readonly before: Json | undefined;
  /** `undefined`: known only during the run. */
  readonly after: Json | undefined;
}

/** `unsure`: immutable paths whose wanted value is not known yet; unknown is not changed. */
export type Change =
  | { readonly action: 'none'; readonly unsure?: readonly string[] }
  | {
      readonly action: 'blocked';
      readonly summary: string;
      /** The finding code, for the sentence catalogue. */
      readonly code?: string;
      /** Not seen yet, and the run looks again: no reason not to begin. */
      readonly waits?: true;
    }
  | {
      readonly action: 'create' | 'update' | 'replace' | 'recreate' | 'delete';
      readonly summary: string;
      readonly diff: readonly Difference[];
      readonly unsure?: readonly string[];
      /** Changed only because that one is: its consent covers this. */
      readonly because?: ResourceId;
      /** An update that takes something from somebody else (a record, a field): only with the person's `overwrite:RESOURCE`. */
      readonly consent?: 'overwrite';
    };
export type Action = Change['action'];

/** How much is read: `plan` may read more (policies, DNS flags, versions) than `status`. */
export type Depth = 'status' | 'plan';

/** One pass of reading. */
export interface Look {
  readonly signal: AbortSignal;
  /** Waits for that one resource alone. `undefined`: it does not exist or has no such outputs yet. Rejects `Unseen` when it could not be looked at. */
  outputs<O>(handle: Handle<O>): Promise<Partial<O> | undefined>;
  /** One read for all who ask for the same `key` (one DescribeSubnets for four subnets), never older than the asker's own last write. Counts against the provider's `parallel`. */
  share<T>(key: string, read: () => Promise<T>): Promise<T>;
}

export interface StepContext {
  readonly signal: AbortSignal;
  /** The run's id, written into tags where a claim needs it. */
  readonly run: string;
  progress(message: string): void;
}

/** How to change it; each step is exactly one mutating call. Without steps a resource is a gate: waited for and never made. */
export interface Steps<O, N extends Needs> {
  /** Pure. */
  plan(seen: Observation<O>, inputs: Foreseen<N>): Change;
  /** Brings it into existence, with its tags in the same call. */
  create?(inputs: Inputs<N>, ctx: StepContext): Promise<void>;
  /** Safe to repeat; the engine looks again and comes back for the next. */
  update?(seen: Observation<O>, inputs: Inputs<N>, ctx: StepContext): Promise<void>;
  /** One call towards its being gone: takes away what is attached first (a policy, an association), and itself last. */
  delete?(seen: Present, ctx: StepContext): Promise<void>;
  /** Outputs that can be told before it exists (names, ARNs); for a replacement `seen` is absent. Default: the observed ones. */
  foresee?(seen: Observation<O>, inputs: Foreseen<N>): Partial<O>;
}

/** What a change takes: seconds as a person would wait, dollars a month while it stands (`undefined`: price unknown). */
export interface Estimate {
  readonly createSeconds: number;
  readonly updateSeconds?: number;
  readonly deleteSeconds: number;
  readonly monthlyUsd: number | undefined;
}

/** How much of a provider's quota a creation takes. Summed over a plan and compared by `Provider.check`. */
export interface QuotaDemand {
  /** e.g. `ec2:L-0263D0A3`. */
  readonly quota: string;
  readonly amount: number;
}

export interface Resource<O, N extends Needs = Needs> extends Handle<O> {
  /** CloudFormation-like for AWS (`AWS::EC2::VPC`), the kind for Kubernetes, `gate` or `choice`. */
  readonly kind: string;
  readonly provider: string;
  /** What the row is called; never changes. */
  readonly title: string;
  /** Data: typed handles. Prefer data to order. */
  readonly needs: N;
  /** Order without data. An id that is not in the graph is an error. */
  readonly after?: readonly ResourceId[];
  /** One that it lives in: replaced and gone with it. */
  readonly within?: Handle<unknown>;
  /** Goes with its home by itself, and is needed until then: the access by which the home is looked into. Objects of another provider do so anyway. */
  readonly goesWithHome?: true;
  /** Leaves something outside when its home goes: must be deleted before. */
  readonly leaves?: true;
  /** Held back by no stage: Namespaces, CRDs. */
  readonly early?: true;
  /** A value found out or chosen once (zones, versions, who is calling): no row, no state, no plan entry of its own. */
  readonly internal?: true;
  /** Milliseconds during which the world may not show a write of ours: absence is not believed so long. */
  readonly hiddenFor?: number;
  /**
   * `false`: a second `create` after a lost answer would make a second one. It is announced to `Intents` first and sent in one attempt.
   * `'in-run'`: a client token that is the run's makes it one thing within a run, and a second one in the next.
   */
  readonly repeatable?: false | 'in-run';
  observe(look: Look, depth: Depth): Promise<Observation<O>>;
  /**
   * Resolves when the next look may well see something else than the last one did: the engine then looks at once instead of sleeping to
   * the end. Only a hint: whoever never resolves or rejects (nothing can be watched) is looked at in the ordinary rhythm. Over when
   * `signal` is aborted.
   */
  moved?(signal: AbortSignal): Promise<void>;
  readonly steps?: Steps<O, N>;
  estimate?(): Estimate;
  /** What creating it takes of the account's quotas. */
  readonly demand?: readonly QuotaDemand[];
  /**
   * What must hold before the first write: findings, never an exception for what only informs. A destroy asks those that it deletes. What
   * several say in the same words is told once, with their stages.
   */
  check?(look: Look, verb: 'apply' | 'destroy'): Promise<readonly Finding[]>;
  /**
   * What goes with it when it is deleted and is not this platform's, by name: everything else in a namespace. Asked by a plan that deletes
   * it, which tells it and then needs the consent `delete:RESOURCE`.
   */
  takesAlong?(look: Look): Promise<readonly string[]>;
  /** Where a person wrote it, when that is not `platform.yml`: the document of a manifest. */
  readonly source?: SourceRange;
  /** Where a browser finds it once it is there, e.g. the host of an Ingress. */
  url?(outputs: Partial<O>): string | undefined;
  /** The aws / kubectl / helm lines that a person would type instead. */
  commands?(inputs: Foreseen<N>): readonly CommandLine[];
  /** What stands in such lines for outputs that only AWS can tell: `<VPC-ID>`. */
  placeholders?(inputs: Foreseen<N>): Partial<O>;
}

/** What a person types, as an argv array; with `stdin`, what it reads; with `background`, what goes on beside the lines that follow. */
export type CommandLine = readonly string[] | PipedCommand | BackgroundCommand;

export interface PipedCommand {
  readonly stdin: string;
  readonly argv: readonly string[];
}

export interface BackgroundCommand {
  readonly background: readonly string[];
}

export type AnyResource = Resource<unknown>;
