/** One attribute of a planned change, as plain data. */
export type ShownDifference =
  | { readonly path: string; readonly before: unknown; readonly after: unknown }
  | { readonly path: string; readonly before: unknown; readonly unknown: true };

/** A map that changes in part (tags) as one difference a key that differs, so that nobody has to compare two maps by eye; all else as it is. */
export function byKey(difference: ShownDifference): readonly ShownDifference[] {
  if ('unknown' in difference) return [difference];
  const { path, before, after } = difference;
  if (!isMap(before) || !isMap(after)) return [difference];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => ({ path: `${path}.${key}`, before: before[key] ?? null, after: after[key] ?? null }));
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
