import type { FormatName } from './formats.ts';

/**
 * What may stand at a place of `platform.yml`, as data: the parser reads by it and `resources/platform.schema.json` is
 * made of it, so that the two cannot differ.
 */
export type Shape = Text | Choice | Whole | Flag | List | Mapping | Entries | Anything | Either;

interface Described {
  readonly description: string;
}

interface Bounded extends Described {
  /** A sentence: why these are the bounds. */
  readonly why?: string;
}

export interface Text extends Described {
  readonly type: 'text';
  readonly format: FormatName;
  readonly default?: string;
}

export interface Choice extends Described {
  readonly type: 'choice';
  readonly of: readonly string[];
  readonly default?: string;
}

export interface Whole extends Bounded {
  readonly type: 'whole';
  readonly minimum: number;
  readonly maximum: number;
  readonly default?: number;
}

export interface Flag extends Described {
  readonly type: 'flag';
  readonly default?: boolean;
}

export interface List extends Bounded {
  readonly type: 'list';
  readonly items: Shape;
  readonly minimum: number;
  readonly maximum: number;
  readonly default?: readonly string[];
}

/** A mapping with these keys and no others. */
export interface Mapping extends Described {
  readonly type: 'mapping';
  readonly keys: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** A mapping whose keys are the person's own. */
export interface Entries extends Described {
  readonly type: 'entries';
  readonly names: FormatName;
  readonly values: Shape;
  readonly maximum: number;
}

/** A mapping that is passed on as written. */
export interface Anything extends Described {
  readonly type: 'anything';
}

/** A number, or a list. */
export interface Either extends Described {
  readonly type: 'either';
  readonly one: Whole;
  readonly other: List;
}

/** What was read at a place: only what is well formed, so every key of a mapping may be missing. */
export type Written<S extends Shape> = S extends { readonly type: 'text' }
  ? string
  : S extends { readonly type: 'choice'; readonly of: readonly (infer C)[] }
    ? C
    : S extends { readonly type: 'whole' }
      ? number
      : S extends { readonly type: 'flag' }
        ? boolean
        : S extends { readonly type: 'list'; readonly items: infer I extends Shape }
          ? readonly (Written<I> | undefined)[]
          : S extends { readonly type: 'mapping'; readonly keys: infer K extends Readonly<Record<string, Shape>> }
            ? { readonly [Key in keyof K]?: Written<K[Key]> | undefined }
            : S extends { readonly type: 'entries'; readonly values: infer V extends Shape }
              ? Readonly<Record<string, Written<V> | undefined>>
              : S extends { readonly type: 'either'; readonly one: infer A extends Shape; readonly other: infer B extends Shape }
                ? Written<A> | Written<B>
                : Readonly<Record<string, unknown>>;
