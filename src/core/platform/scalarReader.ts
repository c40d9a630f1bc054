import { isScalar } from 'yaml';
import type { Node, Scalar } from 'yaml';
import type { Fix } from '../findings/finding.ts';
import { nearest } from '../findings/nearest.ts';
import { token } from '../findings/token.ts';
import { formats, matches, mended } from './formats.ts';
import type { FormatName } from './formats.ts';
import type { Locator, Path } from './locator.ts';
import type { Choice, Flag, List, Text, Whole } from './shapes.ts';
import { kebab, placeOf, plainYaml } from './words.ts';

/** Reads single values by their shape. What differs is a finding, with a fix where it is clear what was meant, and read as `undefined`. */
export class ScalarReader {
  readonly #at: Locator;

  constructor(at: Locator) {
    this.#at = at;
  }

  text(node: Node, shape: Text, path: Path): string | undefined {
    if (!isScalar(node)) return this.wrongType(path, formats[shape.format].says);
    const { value } = node;
    if (typeof value !== 'string') return this.#unquoted(node, shape.format, path);
    if (matches(shape.format, value)) return value;
    this.#at.report(
      `platform.${kebab(shape.format)}`,
      path,
      `${placeOf(path)} must be ${formats[shape.format].says}.`,
      undefined,
      this.#mend(shape.format, value, path),
    );
    return undefined;
  }

  /** YAML read a number or a truth value where a text is wanted: the token itself, in quotes, is what was meant. */
  #unquoted(node: Scalar, format: FormatName, path: Path): undefined {
    const text = node.source ?? '';
    const isAccount = format === 'account' && /^[0-9]{1,12}$/.test(text);
    const meant = isAccount ? text.padStart(12, '0') : text;
    const fix = matches(format, meant) ? this.#at.replace(`Write ${token(meant)} in quotes`, path, JSON.stringify(meant)) : undefined;
    if (isAccount) {
      this.#at.report(
        'platform.account',
        path,
        `${placeOf(path)} is a number here, and a number has no leading zeros: write the twelve digits in quotes.`,
        undefined,
        fix,
      );
    } else {
      this.#at.report(
        'platform.type',
        path,
        `${placeOf(path)} must be ${formats[format].says}, and is a ${typeof node.value} here: put it in quotes.`,
        undefined,
        fix,
      );
    }
    return undefined;
  }

  choice(node: Node, shape: Choice, path: Path): string | undefined {
    const value = isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
    if (value !== undefined && shape.of.includes(value)) return value;
    const close = value === undefined ? undefined : nearest(value.replace(/[-_ ]/g, ''), shape.of);
    const fix = close === undefined ? undefined : this.#at.replace(`Change to ${close}`, path, close);
    this.#at.report('platform.choice', path, `${placeOf(path)} must be one of ${shape.of.join(', ')}.`, undefined, fix);
    return undefined;
  }

  whole(node: Node, shape: Whole, path: Path): number | undefined {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'string' && /^[0-9]{1,9}$/.test(value)) {
      return this.wrongType(path, 'a whole number, without quotes', this.#at.replace('Take the quotes off', path, String(Number(value))));
    }
    if (typeof value !== 'number' || !Number.isInteger(value)) return this.wrongType(path, 'a whole number');
    if (value >= shape.minimum && value <= shape.maximum) return value;
    this.#at.report('platform.number', path, `${placeOf(path)} must be from ${shape.minimum} to ${shape.maximum}.${reason(shape)}`);
    return undefined;
  }

  flag(node: Node, shape: Flag, path: Path): boolean | undefined {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'boolean') return value;
    const meant = typeof value === 'string' ? truthWords.get(value.trim().toLowerCase()) : undefined;
    const fix = meant === undefined ? undefined : this.#at.replace(`Change to ${meant}`, path, String(meant));
    return this.wrongType(path, `true or false${shape.default === undefined ? '' : ` (${shape.default} if not written)`}`, fix);
  }

  /** Tells that something else is wanted here. */
  wrongType(path: Path, wanted: string, fix?: Fix): undefined {
    this.#at.report('platform.type', path, `${path.length === 0 ? 'The file' : placeOf(path)} must be ${wanted}.`, undefined, fix);
    return undefined;
  }

  #mend(format: FormatName, value: string, path: Path): Fix | undefined {
    const better = mended(format, value);
    return better === undefined
      ? undefined
      : this.#at.replace(`Change to ${better}`, path, format === 'account' ? JSON.stringify(better) : plainYaml(better));
  }
}

/** YAML 1.1 and people say it in many ways; YAML 1.2 knows two. */
const truthWords: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', 'y', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', 'n', '0'].map((word) => [word, false] as const),
]);

/** Why the bounds are what they are, as a sentence of its own. */
export function reason(shape: Whole | List): string {
  return shape.why === undefined ? '' : ` ${shape.why}`;
}
