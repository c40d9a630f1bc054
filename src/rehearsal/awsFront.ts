import { randomUUID } from 'node:crypto';
import { formOf, ServiceWire } from './codec/protocols.ts';
import { element } from './codec/xml.ts';
import type { WireAnswer, WireRequest } from './codec/wire.ts';
import { haveExpired } from './faults.ts';
import type { FolderWorld } from './folderWorld.ts';
import { accessDenied, expiredCredentials, serverError, signatureRefusal, throttled, unknownCredentials } from './refusals.ts';
import type { RequestLog } from './requestLog.ts';
import { AwsError, type Operation, type Service } from './service.ts';
import { verifySignature, type Scope } from './sigv4.ts';

/** What happens to a request: an answer, late or at once, or none although it was carried out. */
export interface Handled {
  readonly answer: WireAnswer;
  /** Milliseconds of the wall clock until the answer leaves. */
  readonly delayMs: number;
  readonly lost: boolean;
}

interface Opened {
  readonly wire: ServiceWire;
  readonly operation: Operation;
  readonly input: () => Record<string, unknown>;
  readonly scope: Scope;
}

const SLOW_DEFAULT_SECONDS = 2;
const SLOW_MAX_SECONDS = 60;
/** Services with one endpoint for all regions: a region that is off does not touch them. */
const GLOBAL: readonly string[] = ['iam', 'route53', 'pricing', 's3'];

/** All AWS services behind one port: finds the service by the signature's scope, verifies, applies faults, runs, writes down. */
export class AwsFront {
  readonly #world: FolderWorld;
  readonly #log: Pick<RequestLog, 'append'>;
  readonly #wires: readonly ServiceWire[];

  constructor(world: FolderWorld, log: Pick<RequestLog, 'append'>, services: readonly Service[]) {
    this.#world = world;
    this.#log = log;
    this.#wires = services.map((service) => new ServiceWire(service));
  }

  /** Synchronous from reading the state to having saved it: requests never see each other half done. */
  handle(request: WireRequest): Handled {
    const requestId = randomUUID();
    const verdict = verifySignature(request, this.#world.credentials, this.#world.wall());
    const wire = verdict.scope === undefined ? undefined : this.#wireOf(verdict.scope, request);
    if ('flaw' in verdict) {
      const refusal = signatureRefusal(wire?.service.protocol ?? 'query', verdict.flaw);
      return atOnce(wire?.refusal(refusal, requestId) ?? plainRefusal(refusal, requestId));
    }
    if (wire === undefined) {
      const refusal = new AwsError('InvalidAction', `There is no service ${verdict.scope.service} in this rehearsal.`, 400);
      return atOnce(plainRefusal(refusal, requestId));
    }
    let opened: Opened;
    try {
      opened = { wire, scope: verdict.scope, ...wire.open(request) };
    } catch (error) {
      return atOnce(this.#written(wire, 'Unknown', false, this.#refusal(wire, error, requestId)));
    }
    return this.#run(opened, requestId);
  }

  #run(opened: Opened, requestId: string): Handled {
    const { wire, operation } = opened;
    const name = operation.schema[2];
    const { service } = wire;
    const { faults } = this.#world;
    let answer: WireAnswer;
    let dryRun = false;
    try {
      // Read before a fault strikes: a dry run that is denied wrote no more than one that is not.
      const input = opened.input();
      dryRun = service.protocol === 'ec2Query' && input['DryRun'] === true;
      this.#strike(opened, dryRun, requestId);
      if (dryRun) throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
      const output = operation.run(this.#world, {
        service: service.name,
        operation: name,
        input,
        region: opened.scope.region,
        requestId,
        dryRun,
      });
      answer = wire.answer(operation, output ?? {}, requestId);
    } catch (error) {
      answer = this.#refusal(wire, error, requestId);
    }
    const mutating = operation.mutating && !dryRun;
    const lost = mutating && answer.status < 300 && faults.take('lost-answer', service.name, name);
    const slow = faults.armed('slow');
    const seconds = slow === undefined ? 0 : Math.min(SLOW_MAX_SECONDS, Number(slow === '' ? SLOW_DEFAULT_SECONDS : slow));
    return { answer: this.#written(wire, name, mutating, answer), delayMs: seconds * 1000, lost };
  }

  /** The faults that answer instead of the operation. @throws AwsError */
  #strike({ wire: { service }, operation, scope }: Opened, dryRun: boolean, requestId: string): void {
    const { faults } = this.#world;
    const name = operation.schema[2];
    const { protocol } = service;
    if (faults.armed('region-off') !== undefined && !GLOBAL.includes(service.name)) throw unknownCredentials(protocol);
    if (this.#haveExpired(operation.mutating && !dryRun)) throw expiredCredentials(protocol);
    const action = `${scope.service}:${name}`;
    if (faults.arguments('access-denied').some((each) => each === action || each === name)) {
      throw accessDenied(protocol, this.#world.callerArn, action, Buffer.from(JSON.stringify({ action, requestId })).toString('base64url'));
    }
    if (faults.take('throttle', service.name, name)) throw throttled(protocol);
    if (faults.take('server-error', service.name, name)) throw serverError(service);
  }

  /** Counted from the first change on where no number was named: a look before a run goes well. */
  #haveExpired(mutating: boolean): boolean {
    const { faults } = this.#world;
    faults.pass('expired-credentials', faults.armed('expired-credentials') !== '' || mutating);
    return haveExpired(faults);
  }

  #refusal(wire: ServiceWire, error: unknown, requestId: string): WireAnswer {
    if (error instanceof AwsError) return wire.refusal(error, requestId);
    process.stderr.write(`rehearsal: ${wire.service.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return wire.refusal(serverError(wire.service), requestId);
  }

  #written(wire: ServiceWire, operation: string, mutating: boolean, answer: WireAnswer): WireAnswer {
    this.#world.save();
    const service = wire.service.signingName ?? wire.service.name;
    this.#log.append({ service, operation, mutating, status: answer.status });
    return answer;
  }

  #wireOf(scope: Scope, request: WireRequest): ServiceWire | undefined {
    const named = this.#wires.filter(({ service }) => (service.signingName ?? service.name) === scope.service);
    if (named.length < 2) return named[0];
    const version = formOf(request).get('Version');
    return named.find(({ service }) => service.version === version) ?? named[0];
  }
}

function atOnce(answer: WireAnswer): Handled {
  return { answer, delayMs: 0, lost: false };
}

function plainRefusal(error: AwsError, requestId: string): WireAnswer {
  const inner = element('Error', element('Type', 'Sender') + element('Code', error.code) + element('Message', error.message));
  const body = `<ErrorResponse>${inner}${element('RequestId', requestId)}</ErrorResponse>`;
  return { status: error.status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
