import { AnswerLost, NotYet, Refused, SignedOut, Unseen } from '../../../../src/core/graph/errors.ts';
import type { Json, ResourceId } from '../../../../src/core/graph/resource.ts';
import type { VirtualClock } from './virtualClock.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

export type Type =
  'vpc' | 'gateway' | 'subnet' | 'address' | 'nat' | 'routes' | 'role' | 'cluster' | 'addon' | 'nodegroup' | 'object' | 'volume' | 'file';

/** One thing in the world. `props` name others by their ids. */
export interface Row {
  readonly type: Type;
  readonly id: string;
  /** Our tag. */
  readonly resource: ResourceId | undefined;
  props: Readonly<Record<string, Json>>;
  readonly madeAt: number;
  readonly hiddenUntil: number;
  goneAt?: number;
  failed?: string;
}

/** What happens to the process at its n-th mutating call. */
export interface Fault {
  readonly at: number;
  readonly how: 'die before' | 'die after' | 'lose answer' | 'cancel';
}

/** How long the account hides what was just made there, as EC2 does. */
const LAG = 20 * SECOND;
const LAGGING: ReadonlySet<Type> = new Set<Type>(['vpc', 'gateway', 'subnet', 'address', 'routes']);
/** Found by a name that is unique; a second create of that name is refused. */
const NAMED: ReadonlySet<Type> = new Set<Type>(['role', 'cluster', 'addon', 'nodegroup', 'object', 'file', 'subnet']);
const DYING: Partial<Record<Type, number>> = { nat: MINUTE, cluster: 5 * MINUTE, nodegroup: 2 * MINUTE, addon: 10 * SECOND };

/** An account in memory with the habits that matter: lag, slow births and deaths, dependants that hold, names that are taken. */
export class World {
  readonly clock: VirtualClock;
  rows: Row[] = [];
  reads = 0;
  readonly writes: string[] = [];
  /** Deletes that came too early. */
  refusals = 0;
  /** Kubernetes does not answer. */
  unreachable = false;
  /** Credentials expire with this read or write. */
  expireAt = Infinity;
  spotCapacity = true;
  natFailure: string | undefined;
  #next = 1;
  #calls = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  all(type: Type): readonly Row[] {
    this.#bury();
    return this.rows.filter((row) => row.type === type);
  }

  age(row: Row): number {
    return this.clock.now() - row.madeAt;
  }

  hasNodes(): boolean {
    return this.all('nodegroup').some((row) => row.goneAt === undefined && this.age(row) >= 200 * SECOND && row.failed === undefined);
  }

  endpoint(): string | undefined {
    const cluster = this.all('cluster').find((row) => row.goneAt === undefined && this.age(row) >= 9 * MINUTE);
    return cluster && `https://${cluster.id}.${cluster.madeAt}.example`;
  }

  put(type: Type, name: string, resource: ResourceId | undefined, props: Row['props']): Row {
    const id = NAMED.has(type) ? name : `${type}-${String(this.#next++).padStart(4, '0')}`;
    const now = this.clock.now();
    const row: Row = { type, id, resource, props, madeAt: now, hiddenUntil: now + (LAGGING.has(type) ? LAG : 0) };
    if (type === 'nat' && this.natFailure !== undefined) row.failed = this.natFailure;
    this.rows.push(row);
    return row;
  }

  /** @throws what AWS would say to such a creation now. */
  admit(type: Type, name: string, props: Row['props']): void {
    if (NAMED.has(type) && this.all(type).some((row) => row.id === name)) throw new NotYet(`${type} ${name} already exists`);
    const role = this.all('role').find((row) => row.id === props['role']);
    if ('role' in props && (!role || this.age(role) < 10 * SECOND)) throw new NotYet('the role cannot be assumed yet');
    for (const [key, value] of Object.entries(props)) {
      const isReference = typeof value === 'string' && value !== 'none' && (key === 'vpc' || key === 'subnet' || key === 'address');
      if (isReference && !this.rows.some((row) => row.id === value && row.goneAt === undefined))
        throw new Refused(`${value} does not exist`);
    }
    if (type === 'nat' && this.all('nat').some((row) => row.goneAt === undefined && row.props['address'] === props['address'])) {
      throw new NotYet('the address is already associated');
    }
    if (type === 'object' && this.endpoint() === undefined) throw new NotYet('the API server does not answer yet');
  }

  /** @throws while something still lives in it. */
  release(row: Row): void {
    const others = this.rows.filter((other) => other !== row && (other.goneAt ?? Infinity) > this.clock.now());
    const isNamed = row.type !== 'nat' && others.some((other) => Object.values(other.props).flat().includes(row.id));
    const holdsCluster = row.type === 'cluster' && others.some((other) => other.type === 'nodegroup' || other.type === 'addon');
    if (isNamed || holdsCluster) throw new NotYet(`${row.id} is in use`);
    if (row.type === 'role' && Array.isArray(row.props['policies']) && row.props['policies'].length > 0)
      throw new NotYet('policies are attached');
    if (row.type === 'volume' && this.endpoint() === undefined) throw new NotYet('no controller is there to release the volume');
  }

  remove(row: Row): void {
    row.goneAt ??= this.clock.now() + (DYING[row.type] ?? 0);
  }

  /** @throws SignedOut from the call named on, until somebody signs in. */
  authenticate(): void {
    if (++this.#calls >= this.expireAt) throw new SignedOut('The credentials have expired', { code: 'ExpiredToken' });
  }

  signIn(): void {
    this.expireAt = Infinity;
  }

  #bury(): void {
    const now = this.clock.now();
    if (!this.rows.some((row) => row.goneAt !== undefined && row.goneAt <= now)) return;
    this.rows = this.rows.filter((row) => row.goneAt === undefined || row.goneAt > now);
    if (!this.rows.some((row) => row.type === 'cluster')) this.rows = this.rows.filter((row) => row.type !== 'object'); // they die with it
  }
}

/** One process's connection to the world. When the process dies, nothing of it ever answers again. */
export class Client {
  readonly world: World;
  readonly dead: Promise<'dead'>;
  /** Mutating calls sent after the cancel. */
  late = 0;
  cancelledAt: number | undefined;
  readonly #fault: Fault | undefined;
  readonly #cancel: AbortController;
  #isDead = false;
  #count = 0;
  #die: () => void = () => undefined;

  constructor(world: World, fault: Fault | undefined, cancel: AbortController) {
    this.world = world;
    this.#fault = fault;
    this.#cancel = cancel;
    this.dead = new Promise((resolve) => {
      this.#die = () => {
        this.#isDead = true;
        resolve('dead');
      };
    });
  }

  async list(type: Type): Promise<readonly Row[]> {
    await this.#wire();
    this.world.reads++;
    this.world.authenticate();
    if (this.world.unreachable && type === 'object') throw new Unseen('the API server does not answer');
    return this.world.all(type).filter((row) => row.hiddenUntil <= this.world.clock.now());
  }

  create(type: Type, name: string, resource: ResourceId, props: Row['props']): Promise<void> {
    return this.#write(`create ${type} ${resource}`, () => {
      this.world.admit(type, name, props);
      this.world.put(type, name, resource, props);
    });
  }

  modify(type: Type, id: string, props: Row['props']): Promise<void> {
    return this.#write(`modify ${type} ${id} ${Object.keys(props).join()}`, () => {
      const row = this.world.all(type).find((other) => other.id === id);
      if (!row) throw new NotYet(`${id} not found`);
      row.props = { ...row.props, ...props };
    });
  }

  delete(type: Type, id: string): Promise<void> {
    return this.#write(`delete ${type} ${id}`, () => {
      const row = this.world.all(type).find((other) => other.id === id);
      if (!row) return;
      this.#release(row);
      this.world.remove(row);
    });
  }

  #release(row: Row): void {
    try {
      this.world.release(row);
    } catch (error) {
      this.world.refusals++;
      throw error;
    }
  }

  async #wire(landing?: () => void): Promise<void> {
    const forever = new Promise<never>(() => undefined);
    if (this.#isDead) await forever;
    await this.world.clock.sleep(100);
    if (!this.#isDead) return;
    if (this.#fault?.how === 'die after') this.#land(landing);
    await forever;
  }

  /** What was on its way lands, and nobody hears the answer. */
  #land(landing: (() => void) | undefined): void {
    try {
      landing?.();
    } catch (error) {
      if (!(error instanceof NotYet || error instanceof Refused)) throw error;
    }
  }

  async #write(what: string, work: () => void): Promise<void> {
    if (this.#cancel.signal.aborted) this.late++;
    await this.#wire(work);
    this.world.authenticate();
    const hit = ++this.#count === this.#fault?.at ? this.#fault.how : undefined;
    if (hit === 'die before') await this.#dieNow();
    if (hit === 'cancel') {
      this.cancelledAt = this.world.clock.now();
      this.#cancel.abort();
    }
    work();
    this.world.writes.push(what);
    if (hit === 'die after') await this.#dieNow();
    if (hit === 'lose answer') throw new AnswerLost('the connection dropped');
  }

  #dieNow(): Promise<never> {
    this.#die();
    return new Promise(() => undefined);
  }
}
