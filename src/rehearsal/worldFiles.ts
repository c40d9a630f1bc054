import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Rows } from './world.ts';

/** The folder holds something that is not a world, or one of another version. */
export class WorldUnreadable extends Error {
  override readonly name = 'WorldUnreadable';
}

export interface Identity {
  readonly version: 1;
  readonly account: string;
  readonly seed: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bearerToken: string;
}

/** A world as it was saved. */
export interface Saved {
  readonly identity: Identity;
  readonly random: number;
  readonly parts: Readonly<Record<string, object>>;
  readonly rows: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/** Texts of the records that were set, `null` for those that were deleted. */
export type RowChanges = ReadonlyMap<string, string | null>;

const STATE_FILE = 'world.json';
const LOG_FILE = 'world.log';
export const WORLD_FILES = [STATE_FILE, LOG_FILE];
/** A log of this size is folded into a new state: about what a platform writes in a rehearsal of minutes. */
const FULL_BYTES = 4 * 1024 * 1024;

/**
 * The two files of a world: `world.json`, all state at some request, replaced by rename, and `world.log`, what each request since
 * then changed, a line each, so that a cluster of a thousand objects is not written out for one of them. The log says in its first
 * line which state it continues: one that was left behind by a kill between the two is not read. A last line that was cut is
 * of a request that was never answered.
 */
export class WorldFiles {
  readonly #folder: string;
  #generation = 0;
  #log: number | undefined;
  #size = 0;
  #written = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes of state that were written so far. */
  get written(): number {
    return this.#written;
  }

  /** @throws WorldUnreadable */
  load(): Saved | undefined {
    const file = join(this.#folder, STATE_FILE);
    if (!existsSync(file)) return undefined;
    const whole = readWhole(file);
    this.#generation = whole.generation;
    const log = join(this.#folder, LOG_FILE);
    if (existsSync(log)) replay(whole, readFileSync(log, 'utf8'));
    return whole;
  }

  /** Writes all state anew, and begins a new log. */
  replace(state: {
    readonly identity: Identity;
    readonly random: number;
    /** Texts. */
    readonly parts: readonly (readonly [string, string])[];
    readonly rows: readonly (readonly [string, object])[];
  }): void {
    this.close();
    this.#generation += 1;
    const parts = state.parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',\n');
    const rows = state.rows.map(([name, kept]) => `${JSON.stringify(name)}:${JSON.stringify(kept)}`).join(',\n');
    const head = JSON.stringify({ ...state.identity, generation: this.#generation, random: state.random }).slice(0, -1);
    const text = `${head},"parts":{\n${parts}},\n"rows":{\n${rows}}}\n`;
    replaceFile(join(this.#folder, STATE_FILE), text);
    this.#written += Buffer.byteLength(text);
    replaceFile(join(this.#folder, LOG_FILE), `${JSON.stringify({ generation: this.#generation })}\n`);
    this.#log = openSync(join(this.#folder, LOG_FILE), 'a', 0o600);
    this.#size = 0;
  }

  /** Adds what one request changed. @returns whether it is time for `replace` */
  append(change: {
    readonly random: number;
    readonly parts: readonly (readonly [string, string])[];
    readonly rows: readonly (readonly [string, RowChanges])[];
  }): boolean {
    const parts = change.parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',');
    const rows = change.rows.map(([name, changes]) => {
      const texts = [...changes].map(([key, text]) => `${JSON.stringify(key)}:${text ?? 'null'}`).join(',');
      return `${JSON.stringify(name)}:{${texts}}`;
    });
    const line = `{"random":${JSON.stringify(change.random)},"parts":{${parts}},"rows":{${rows.join(',')}}}\n`;
    if (this.#log === undefined) throw new Error('the log of the world is not open');
    writeSync(this.#log, line);
    this.#size += Buffer.byteLength(line);
    this.#written += Buffer.byteLength(line);
    return this.#size > FULL_BYTES;
  }

  close(): void {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }
}

/** Rows in memory that know what was done to them since they were last written. */
export class KeptRows implements Rows {
  readonly #rows: Map<string, object>;
  readonly #changed = new Set<string>();

  constructor(saved: Readonly<Record<string, object>>) {
    this.#rows = new Map(Object.entries(saved));
  }

  get(key: string): object | undefined {
    return this.#rows.get(key);
  }

  set(key: string, value: object): void {
    this.#rows.set(key, value);
    this.#changed.add(key);
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#changed.add(key);
  }

  entries(): Iterable<readonly [string, object]> {
    return this.#rows.entries();
  }

  /** What is to be written; from now on it counts as written. */
  takeChanges(): RowChanges {
    const changes = new Map([...this.#changed].map((key) => [key, textOf(this.#rows.get(key))]));
    this.#changed.clear();
    return changes;
  }
}

/** A whole file or the old one: written beside it and renamed over it. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const textOf = (value: object | undefined): string | null => (value === undefined ? null : JSON.stringify(value));

interface Whole extends Saved {
  readonly generation: number;
  random: number;
  readonly parts: Record<string, object>;
  readonly rows: Record<string, Record<string, object>>;
}

/** The file as it was written by a world of this version. */
interface WholeFile extends Identity {
  readonly generation?: number;
  readonly random: number;
  readonly parts: Record<string, object>;
  readonly rows?: Record<string, Record<string, object>>;
}

function readWhole(file: string): Whole {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new WorldUnreadable(`${file} cannot be read. Start with --reset to forget this world.`, { cause });
  }
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) {
    throw new WorldUnreadable(`${file} is not a world of this version. Start with --reset to forget it.`);
  }
  const { generation = 0, random, parts, rows = {}, ...identity } = value as WholeFile;
  return { identity, generation, random, parts, rows };
}

/** A line of the log. */
interface Change {
  readonly random: number;
  readonly parts: Readonly<Record<string, object>>;
  readonly rows: Readonly<Record<string, Readonly<Record<string, object | null>>>>;
}

function replay(whole: Whole, log: string): void {
  const [first = '', ...lines] = log.split('\n').slice(0, -1);
  if (first !== JSON.stringify({ generation: whole.generation })) return;
  for (const line of lines) {
    const change = JSON.parse(line) as Change;
    whole.random = change.random;
    Object.assign(whole.parts, change.parts);
    for (const [name, rows] of Object.entries(change.rows)) {
      const kept = (whole.rows[name] ??= {});
      for (const [key, value] of Object.entries(rows)) {
        if (value === null) delete kept[key];
        else kept[key] = value;
      }
    }
  }
}
