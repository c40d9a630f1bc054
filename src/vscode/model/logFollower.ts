import type { ObjectCalls } from '../../runner/objectCalls.ts';
import type { Cancel, Clock } from './clock.ts';
import { visibleText } from './visibleText.ts';

/** Milliseconds between two readings; after a failed one each pause is twice the one before. */
export const LOG_PACE = { reading: 2_000, slowest: 60_000 } as const;
/** Lines that are kept: more than anybody reads, less than an editor minds. */
export const LINES_KEPT = 5_000;
const LONGEST_LINE = 2_000;

export interface LogSource {
  /** The newest lines, or those after a cursor that was told before. Rejects where they cannot be read just now. */
  read(after: string | undefined): Promise<ObjectCalls['objectLogs']['result']>;
  /** One sentence for what `read` rejected. */
  explain(error: unknown): string;
  /** The whole text anew. */
  show(text: string): void;
}

/** Follows a workload's logs for as long as somebody sees them: hidden, no timer of it is pending and nothing is asked. */
export class LogFollower {
  readonly #clock: Clock;
  readonly #source: LogSource;
  #lines: readonly string[] = [];
  #cursor: string | undefined;
  #trouble: string | undefined;
  #errors = 0;
  #visible = false;
  #timer: Cancel | undefined;
  #reading: Promise<void> | undefined;

  constructor(clock: Clock, source: LogSource) {
    this.#clock = clock;
    this.#source = source;
  }

  set visible(visible: boolean) {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#timer?.();
    this.#timer = undefined;
    if (visible) void this.refresh();
  }

  /** Reads now, or joins the reading that is under way. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
      this.#schedule();
    });
    return this.#reading;
  }

  dispose(): void {
    this.visible = false;
  }

  async #read(): Promise<void> {
    this.#timer?.();
    this.#timer = undefined;
    try {
      const { lines, cursor } = await this.#source.read(this.#cursor);
      const isNews = lines.length > 0 || this.#trouble !== undefined || this.#cursor === undefined;
      this.#lines = [...this.#lines, ...lines.map((line) => visibleText(line, LONGEST_LINE))].slice(-LINES_KEPT);
      this.#cursor = cursor;
      this.#trouble = undefined;
      this.#errors = 0;
      if (isNews) this.#source.show(this.#text());
    } catch (error) {
      this.#errors += 1;
      const trouble = this.#source.explain(error);
      if (trouble === this.#trouble) return;
      this.#trouble = trouble;
      this.#source.show(this.#text());
    }
  }

  #text(): string {
    const last = this.#trouble === undefined ? [] : [`-- ${visibleText(this.#trouble)} (tried again while this is shown)`];
    const lines = [...this.#lines, ...last];
    return lines.length === 0 ? '-- no line yet\n' : `${lines.join('\n')}\n`;
  }

  #schedule(): void {
    if (!this.#visible) return;
    const pause = Math.min(LOG_PACE.reading * 2 ** this.#errors, LOG_PACE.slowest);
    this.#timer = this.#clock.after(pause, () => void this.refresh());
  }
}
