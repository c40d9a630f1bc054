import { approvalOf } from '../core/engine/approval.ts';
import { Engine } from '../core/engine/engine.ts';
import type { Outcome, RunEvent } from '../core/engine/events.ts';
import type { Approval, Verb } from '../core/engine/verbs.ts';
import type { Cause } from '../core/graph/cause.ts';
import { SignedOut, Unseen } from '../core/graph/errors.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import type { PlatformStatus } from '../core/status/platformStatus.ts';
import { wordsFor } from '../core/status/sentences.ts';
import type { GivenSecrets } from '../kubernetes/secretValues.ts';
import type { Looking } from './clusterObjects.ts';
import type { CredentialNeed, CredentialValues, ObjectCalls } from './objectCalls.ts';
import { objectLogs } from './objectLogs.ts';
import { restart } from './objectRestart.ts';
import { objectYaml } from './objectYaml.ts';
import { printedLines } from './commandLines.ts';
import { Attendance } from './attendance.ts';
import { selected, stagesOption } from './chosenStages.ts';
import { offlineGraph, profileOf, type Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { EnteredSecrets } from './enteredSecrets.ts';
import { assertAccount } from './guard.ts';
import type { CallerOut } from '../aws/outputs.ts';
import { lastRunOf } from './lastRun.ts';
import { LeftMemory } from './leftMemory.ts';
import { OwnRehearsal } from './ownRehearsal.ts';
import type { Person } from './person.ts';
import { planView } from './planView.ts';
import { ProgramConsents } from './programConsents.ts';
import { openPlatformFile, specOf, type PlatformFile } from './platformFile.ts';
import type { FaultView, Interrupted, PlanView, Reach, RunRequest } from './protocol.ts';
import { armFault, disarmFault, listFaults } from './rehearsalFaults.ts';
import type { RunningRehearsal } from './rehearsalProcess.ts';
import { quietPorts, run } from './run.ts';
import { RunnerError } from './runnerError.ts';
import { environmentLine, shellOf } from './shellQuote.ts';
import { blindStatus, callerIn, lookedStatus, restrictedTo } from './statusView.ts';

export interface SessionPorts {
  readonly person: Person;
  readonly env: NodeJS.ProcessEnv;
  /** The program that has the commands `rehearse` and `token`. */
  readonly cliEntry: string;
  emit(event: RunEvent): void;
  /** Something worth telling that is no event: one sentence. */
  tell(message: string): void;
}

/**
 * One platform and its account: what both faces speak to. It connects when something is first asked of the world, and
 * reads the file anew for each question, so that an edit needs no new session.
 */
export class Session {
  readonly #reach: Reach;
  readonly #ports: SessionPorts;
  readonly #closing = new AbortController();
  /** What a plan's fingerprint stands for, while a person may still approve it. */
  readonly #approvals = new Map<string, Approval>();
  readonly #person: Attendance;
  readonly #connections: Connections;
  readonly #rehearsal: OwnRehearsal;
  readonly #secrets: EnteredSecrets;
  readonly #left = new LeftMemory();
  #run: AbortController | undefined;
  #interruption: string | undefined;
  /** The last status: it says what those were that cannot be seen now. */
  #seen: PlatformStatus | undefined;

  constructor(reach: Reach, ports: SessionPorts) {
    this.#reach = reach;
    this.#ports = ports;
    const { cliEntry, env } = ports;
    const { signal } = this.#closing;
    this.#person = new Attendance(ports.person);
    this.#rehearsal = new OwnRehearsal(reach, { cliEntry, env, signal });
    this.#secrets = new EnteredSecrets({
      reach,
      signal,
      document: () => this.document(),
      connect: (document) => this.#connections.to(document),
    });
    this.#connections = new Connections({
      reach,
      cliEntry,
      env,
      signal,
      person: this.#person,
      consents: new ProgramConsents(reach.stateFolder),
      rehearsal: this.#rehearsal,
      secrets: this.#secrets.values(),
    });
  }

  /** The platform file as it is now. @throws RunnerError exit 2 when it cannot be read. */
  document(): Promise<PlatformFile> {
    return openPlatformFile(this.#reach.file);
  }

  /** The profile whose credentials are used, by the file as it is now; `undefined`: the SDK's default. */
  async profile(): Promise<string | undefined> {
    return profileOf(this.#reach, (await this.document()).spec, this.#ports.env);
  }

  /** Whose account it is in the end: a rehearsal that the environment leads to is one too. @throws as `status` does */
  mode(): Promise<Reach['mode']> {
    return this.#person.during(async () => (await this.#connections.to(await this.document())).mode);
  }

  /** A run of this file that began and never ended, in the mode that was chosen: on reopening, nobody is asked who is at the other end. */
  interrupted(): Promise<Interrupted | undefined> {
    return lastRunOf(this.#reach.stateFolder, this.#reach.file, this.#reach.mode).read();
  }

  /** What is there now. Signed out or out of reach is part of the answer, not an error. @throws RunnerError for a file with errors, or a refused endpoint. */
  status(stages?: readonly string[]): Promise<PlatformStatus> {
    return this.#person.during(() => this.poll(stages));
  }

  /** As `status`, for a look that nobody asked for: where it would need a code or a consent, it says signed out. */
  async poll(stages?: readonly string[]): Promise<PlatformStatus> {
    const document = await this.document();
    const spec = specOf(document);
    const shown = { document, spec, mode: this.#reach.mode, previous: this.#seen, left: this.#left.of(spec) };
    let reached: Connection | undefined;
    try {
      const connection = (reached = await this.#connections.to(document));
      // Whether these credentials may go there at all is no matter of one resource.
      await connection.credentials.provide();
      const only = selected(connection.graph, stages);
      const engine = new Engine(quietPorts(connection, this.#reach, this.#closing.signal));
      const observations = await engine.observe(connection.graph, {
        signal: this.#closing.signal,
        depth: 'status',
        ...(only === undefined ? {} : { only }),
      });
      this.#assertAccount(connection, callerIn(observations.get('caller')));
      this.#seen = lookedStatus(shown, connection, observations);
      return only === undefined ? this.#seen : restrictedTo(this.#seen, only);
    } catch (error) {
      if (!(error instanceof SignedOut)) throw error;
      this.#seen = blindStatus({ ...shown, mode: reached?.mode ?? shown.mode }, 'signedOut', error);
      return this.#seen;
    }
  }

  /** What apply or destroy would do now; its fingerprint may be approved. */
  plan(verb: Verb, stages?: readonly string[], allow: readonly string[] = []): Promise<PlanView> {
    return this.#person.during(() => this.#plan(verb, stages, allow));
  }

  apply(request: RunRequest): Promise<Outcome> {
    return this.#person.during(() => this.#start('apply', request));
  }

  destroy(request: RunRequest): Promise<Outcome> {
    return this.#person.during(() => this.#start('destroy', request));
  }

  /** What a person has to be asked for, so that every Secret that nothing defines can be made. */
  credentials(): Promise<readonly CredentialNeed[]> {
    return this.#person.during(() => this.#secrets.needs());
  }

  /** What was entered for them. @throws RunnerError exit 2 for a real value in a rehearsal */
  enterCredentials(values: CredentialValues): Promise<void> {
    return this.#secrets.enter(values);
  }

  /** Values for Secrets that nothing defines, by `namespace/name` and key: kept in memory until this session ends, and told to nobody. */
  giveSecrets(given: GivenSecrets): void {
    this.#secrets.give(given);
  }

  /** An object as the cluster has it and as its manifest has it. */
  objectYaml(params: ObjectCalls['objectYaml']['params']): Promise<ObjectCalls['objectYaml']['result']> {
    return this.#person.during(async () => objectYaml(await this.#looking(), params));
  }

  /** The newest lines of a workload. Nobody asked for the next look of a log that is followed: it asks nobody. */
  async objectLogs(params: ObjectCalls['objectLogs']['params']): Promise<ObjectCalls['objectLogs']['result']> {
    return objectLogs(await this.#looking(), params);
  }

  /** Makes the pods of a workload anew. @throws RunnerError exit 2 during a run, which may be about to change it */
  async restart(params: ObjectCalls['restart']['params']): Promise<void> {
    if (this.#run !== undefined)
      throw new RunnerError('A run is under way.', { code: 'running', exit: 2, next: 'Wait until it has ended.' });
    await this.#person.during(async () => restart({ ...(await this.#looking()), person: this.#person, allow: [] }, params));
  }

  async #looking(): Promise<Looking> {
    const connection = await this.#connections.to(await this.document());
    await connection.credentials.provide();
    return { connection, reach: this.#reach, signal: this.#closing.signal };
  }

  /**
   * What was read of the person's credentials is read anew from here on; what was entered for Secrets stays. `answered`: nothing is asked
   * any more of what was asked before. Not during a run: that goes on as it was approved.
   */
  renew(answered: Promise<unknown>): void {
    if (this.#run === undefined) void this.#connections.forget(answered);
  }

  /** From here on no mutating call starts; the run's promise tells when those in flight have ended. */
  cancel(): void {
    this.#run?.abort();
  }

  /** As `cancel`, and looks and questions end too. */
  halt(): void {
    this.cancel();
    this.#closing.abort();
  }

  /** As `cancel`, because nobody is there any more: the journal says so, and the next session tells of it. */
  interrupt(reason: string): void {
    this.#interruption = reason;
    this.cancel();
  }

  /** What the platform's resources are called, by id. */
  async titles(): Promise<ReadonlyMap<ResourceId, string>> {
    const document = await this.document();
    return new Map(offlineGraph(specOf(document), document.manifests).order.map(({ id, title }) => [id, title]));
  }

  /** The lines a person would type, quoted for this machine's shell. */
  async commands(stages?: readonly string[]): Promise<readonly string[]> {
    const document = await this.document();
    const spec = specOf(document);
    const shell = shellOf(process.platform);
    const lines = printedLines(offlineGraph(spec, document.manifests), stages, shell).map(({ line }) => line);
    // Where the environment leads elsewhere, it does so in the shell that the lines are pasted into.
    if (this.#reach.mode === 'live') return lines;
    const environment = await this.#rehearsal.environment(spec);
    return [...Object.entries(environment).map(([name, value]) => environmentLine(name, value, shell)), ...lines];
  }

  async faults(): Promise<readonly FaultView[]> {
    return listFaults(await this.#rehearsed(), this.#closing.signal);
  }

  async breakSomething(fault: string, armed: boolean): Promise<void> {
    await (armed ? armFault : disarmFault)(await this.#rehearsed(), fault, this.#closing.signal);
  }

  /** Forgets the rehearsed world. @throws RunnerError during a run, or outside a rehearsal. */
  async resetRehearsal(): Promise<void> {
    if (this.#run !== undefined) throw new RunnerError('A run is under way.', { code: 'running', exit: 2, next: 'Cancel it first.' });
    await (await this.#rehearsed()).stop();
    await this.#connections.forget();
    await this.#rehearsal.startAnew(specOf(await this.document()));
    this.#left.forget();
    await lastRunOf(this.#reach.stateFolder, this.#reach.file, this.#reach.mode).end();
  }

  /** Ends questions and looks, stops a rehearsal that was started here. A run is cancelled and not waited for: its caller does. */
  async close(): Promise<void> {
    this.halt();
    await this.#connections.forget();
    await this.#rehearsal.stop();
  }

  async #plan(verb: Verb, stages: readonly string[] | undefined, allow: readonly string[]): Promise<PlanView> {
    const document = await this.document();
    const spec = specOf(document);
    const connection = await this.#connections.to(document);
    await connection.credentials.provide();
    const engine = new Engine(quietPorts(connection, this.#reach, this.#closing.signal));
    const plan = await engine.plan(connection.graph, verb, {
      signal: this.#closing.signal,
      consent: new Set(allow),
      ...stagesOption(stages),
    });
    const caller = plan.observations.get('caller');
    if (caller?.state === 'unknown') throw unreachable(caller);
    this.#assertAccount(connection, callerIn(caller));
    this.#left.keep(spec, plan.left);
    const view = planView({ ...plan, findings: [...document.findings, ...plan.findings] });
    this.#approvals.set(view.fingerprint, approvalOf(plan));
    return view;
  }

  async #start(verb: Verb, request: RunRequest): Promise<Outcome> {
    if (this.#run !== undefined)
      throw new RunnerError('A run is under way.', { code: 'running', exit: 2, next: 'Wait until it has finished, or cancel it.' });
    const approved = request.approved === undefined ? undefined : this.#approvals.get(request.approved);
    if (request.approved !== undefined && approved === undefined) {
      throw new RunnerError('The plan that was approved is not known any more.', { code: 'plan-again', exit: 2, next: 'Plan again.' });
    }
    const stop = new AbortController();
    this.#run = stop;
    try {
      const document = await this.document();
      const spec = specOf(document);
      const connection = await this.#connections.to(document);
      return await run({
        verb,
        stages: request.stages,
        allow: request.allow,
        approved,
        connection,
        reach: this.#reach,
        person: this.#person,
        env: this.#ports.env,
        signal: stop.signal,
        interruption: () => this.#interruption,
        emit: (event) => {
          if (event.event === 'run.finished') this.#left.keep(spec, event.left);
          this.#ports.emit(event);
        },
        tell: (message) => {
          this.#ports.tell(message);
        },
      });
    } finally {
      this.#run = undefined;
    }
  }

  /** What is seen of another account than the named one says nothing of this platform. @throws RunnerError exit 3 */
  #assertAccount({ spec, mode }: Connection, who: Pick<CallerOut, 'account' | 'arn'> | undefined): void {
    if (who === undefined) return;
    assertAccount(who, { fileAccount: spec.account, personAccount: this.#reach.account, rehearsal: mode === 'rehearsal' });
  }

  async #rehearsed(): Promise<RunningRehearsal> {
    return this.#rehearsal.demand(specOf(await this.document()));
  }
}

/** Whoever is calling cannot be asked for: the whole account is out of reach. */
function unreachable({ reason, cause }: { readonly reason: string; readonly cause?: Cause }): Unseen {
  const next = (cause && wordsFor(cause.code)?.next) ?? 'Check the network and the proxy.';
  return new Unseen(reason, { code: cause?.code, requestId: cause?.requestId, next });
}
