import type { Json } from '../core/graph/resource.ts';
import { isList, isObject } from './json.ts';
import type { JsonPath } from './manifestObject.ts';

export interface Match {
  readonly path: JsonPath;
  readonly value: Json;
}

/**
 * Everything at a pattern: keys apart by dots, `[]` for each item of a list, `*` for each value of a mapping, `**` for
 * everything below, and a key with dots in brackets and quotes: `spec.containers[].envFrom[].secretRef`. An empty pattern is
 * the value itself.
 */
export function matches(value: Json, pattern: string, path: JsonPath = []): readonly Match[] {
  return steps(pattern).reduce<readonly Match[]>((found, step) => found.flatMap((match) => next(match, step)), [{ path, value }]);
}

const parsed = new Map<string, readonly string[]>();

function steps(pattern: string): readonly string[] {
  let known = parsed.get(pattern);
  if (known === undefined) {
    known = [...pattern.matchAll(/\["([^"]+)"\]|\[\]|[^.[]+/g)].map(([step, quoted]) => quoted ?? step);
    parsed.set(pattern, known);
  }
  return known;
}

function next({ path, value }: Match, step: string): readonly Match[] {
  if (step === '[]') return isList(value) ? value.map((item, index) => ({ path: [...path, index], value: item })) : [];
  if (step === '**') return below({ path, value });
  if (!isObject(value)) return [];
  if (step === '*') return Object.entries(value).map(([key, item]) => ({ path: [...path, key], value: item }));
  const item = Object.hasOwn(value, step) ? value[step] : undefined;
  return item === undefined ? [] : [{ path: [...path, step], value: item }];
}

/** The value and all values in it, in the order of the document, without those that `enters` refuses and what they hold. */
export function below(match: Match, enters: (match: Match) => boolean = () => true): readonly Match[] {
  const found: Match[] = [];
  const visit = ({ path, value }: Match): void => {
    if (!enters({ path, value })) return;
    found.push({ path, value });
    if (isList(value)) value.forEach((item, index) => visit({ path: [...path, index], value: item }));
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) visit({ path: [...path, key], value: item });
  };
  visit(match);
  return found;
}
