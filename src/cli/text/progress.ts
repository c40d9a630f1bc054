import type { RunEvent } from '../../core/engine/events.ts';
import type { Cause } from '../../core/graph/cause.ts';
import { sentenceOf } from '../../core/status/sentences.ts';
import { printable } from '../../runner/printable.ts';
import type { Output } from '../output.ts';
import { duration, usd, type Style } from './style.ts';

/** Milliseconds between two drawings of the live list. */
const REDRAW_EVERY = 250;

/** Seconds: the beginning of what is over sooner is not told besides its end. Hundreds of objects are. */
const WORTH_A_LINE = 5;

interface Working {
  readonly summary: string;
  line: string;
}

/** Tells a run to people: one line for what ends, and on a terminal a list below of what is being worked on. */
export class Progress {
  readonly #output: Output;
  readonly #style: Style;
  readonly #titles: ReadonlyMap<string, string>;
  readonly #verbose: boolean;
  readonly #working = new Map<string, Working>();
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `titles`: what resources are called, by id. `verbose`: what the provider said stands under each failure. */
  constructor(output: Output, style: Style, titles: ReadonlyMap<string, string>, verbose: boolean) {
    this.#output = output;
    this.#style = style;
    this.#titles = titles;
    this.#verbose = verbose;
  }

  tell(event: RunEvent): void {
    const line = this.#take(event);
    if (line !== undefined) {
      this.#clear();
      this.#output.message(line);
    }
    if (this.#output.live)
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#draw();
      }, REDRAW_EVERY);
  }

  /** Removes the live list. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#working.clear();
    this.#clear();
  }

  /** The line that stays, if the event is worth one. */
  #take(event: RunEvent): string | undefined {
    const style = this.#style;
    switch (event.event) {
      case 'resource.started': {
        const expected = event.expected === undefined || event.expected < 1 ? '' : ` (≈${duration(event.expected)})`;
        this.#working.set(event.resource, { summary: event.summary, line: `${event.summary}${expected}` });
        const isQuick = event.expected !== undefined && event.expected < WORTH_A_LINE;
        return this.#output.live || isQuick ? undefined : this.#line('…', `${event.summary}${expected}`);
      }
      case 'resource.progress': {
        const working = this.#working.get(event.resource);
        const time = `${duration(event.elapsed)}${event.expected === undefined ? '' : ` of ≈${duration(event.expected)}`}`;
        this.#working.set(event.resource, {
          summary: working?.summary ?? event.message,
          line: `${this.#title(event.resource)}: ${event.message} · ${time}`,
        });
        return undefined;
      }
      case 'resource.finished':
        this.#working.delete(event.resource);
        return this.#line(style.good('✓'), `${this.#title(event.resource)}: ${DONE[event.action] ?? event.action}`);
      case 'resource.failed':
        this.#working.delete(event.resource);
        return [
          this.#line(style.bad('✗'), sentenceOf(this.#title(event.resource), event)),
          ...(this.#verbose && event.cause !== undefined ? [this.#line(' ', rawText(event.cause))] : []),
        ].join('\n');
      case 'resource.skipped':
        this.#working.delete(event.resource);
        return this.#line('-', `${this.#title(event.resource)}: skipped, because of ${this.#title(event.because)}`);
      case 'run.paused':
        return this.#line('!', `paused: ${event.reason}`);
      case 'run.resumed':
        return this.#line('✓', 'signed in again, going on');
      case 'resource.observed':
      case 'run.started':
      case 'run.finished':
        return undefined;
    }
  }

  #line(mark: string, text: string): string {
    return `${mark} ${printable(text)}`;
  }

  #title(id: string): string {
    return this.#titles.get(id) ?? id;
  }

  #draw(): void {
    this.#clear();
    const lines = [...this.#working.values()]
      .slice(0, 12)
      .map(({ line }) => [...`  … ${printable(line)}`].slice(0, this.#output.columns - 1).join(''));
    if (lines.length === 0) return;
    this.#output.redraw(`${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  /** Moves up over the list and erases from there. */
  #clear(): void {
    if (this.#drawn > 0) this.#output.redraw(`\u001b[${String(this.#drawn)}A\u001b[J`);
    this.#drawn = 0;
  }
}

const DONE: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  recreate: 'made anew',
  delete: 'deleted',
};

/** The provider's own words, for who asked for them. */
export const rawText = ({ code, message, requestId }: Cause): string =>
  `${message === '' ? 'nothing more was said' : message} [${code}${requestId === undefined ? '' : `, request ${requestId}`}]`;

type Finished = Extract<RunEvent, { readonly event: 'run.finished' }>;

/** The last word of a run. */
export function outcomeLines(
  outcome: Omit<Finished, 'event' | 'time' | 'run'>,
  verb: 'apply' | 'destroy',
  rehearsal: boolean,
): readonly string[] {
  const { changed, failed, skipped, seconds, residue, monthlyUsd } = outcome;
  const word = { succeeded: verb === 'apply' ? 'Done' : 'Destroyed', failed: 'Not done', cancelled: 'Stopped' }[outcome.outcome];
  const parts = [
    `${String(changed.length)} changed`,
    ...(failed.length === 0 ? [] : [`${String(failed.length)} failed`]),
    ...(skipped.length === 0 ? [] : [`${String(skipped.length)} skipped`]),
    duration(seconds),
    `what stands ${rehearsal ? 'would cost' : 'costs'} ${usd(monthlyUsd)} a month`,
  ];
  return [
    `${word}: ${parts.join(', ')}.`,
    ...residue.map((left) =>
      printable(
        `Left: ${left.kind} ${left.physicalId}: ${left.reason}${left.monthlyUsd === undefined ? '' : ` (${usd(left.monthlyUsd)} a month)`}`,
      ),
    ),
  ];
}
