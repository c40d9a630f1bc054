import type { ScalarTag } from 'yaml';

/**
 * Plain scalars as `kubectl` reads them: `sigs.k8s.io/yaml`, which is `yaml.v2` (its `resolve.go`). That is YAML 1.1 with
 * three differences, each of which has cost somebody a manifest: numbers of base 60 (`22:22`) and timestamps stay text, and a
 * number with a leading zero that is no octal one (`08`) is a decimal float.
 */
const prefix = 'tag:yaml.org,2002:';

/** Beyond this a number would be another one after a round through JSON. */
const isExact = (value: number): boolean => !Number.isInteger(value) || Number.isSafeInteger(value);

const nullTag: ScalarTag = {
  tag: `${prefix}null`,
  default: true,
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
};

const boolTag: ScalarTag = {
  tag: `${prefix}bool`,
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|t|on)/i.test(text),
};

const intTag: ScalarTag = {
  tag: `${prefix}int`,
  default: true,
  test: /^[-+]?(?:0[bB]_*[01][01_]*|0[xX]_*[\da-fA-F][\da-fA-F_]*|0[oO]?_*[0-7][0-7_]*|0|[1-9][\d_]*)$/,
  resolve(text, onError) {
    const value = wholeNumber(text.replaceAll('_', ''));
    if (!isExact(value)) onError('number');
    return value;
  },
};

const floatTag: ScalarTag = {
  tag: `${prefix}float`,
  default: true,
  test: /^(?:[-+]?(?:\.[\d_]+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve(text, onError) {
    const value = Number(text.replaceAll('_', ''));
    // JSON has neither infinity nor NaN.
    if (!Number.isFinite(value) || !isExact(value)) onError('number');
    return value;
  },
};

/** In the order in which they are tried; what none of them takes is text. */
export const kubectlTags: readonly ScalarTag[] = [nullTag, boolTag, intTag, floatTag];

/** As Go's `strconv.ParseInt` with base 0: a leading zero alone means octal. */
function wholeNumber(text: string): number {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const octal = /^0[oO]?([0-7]+)$/.exec(digits);
  const value = octal ? Number(`0o${octal[1] ?? ''}`) : Number(digits);
  // not -value: JSON of Go has no negative zero among whole numbers
  return sign === '-' ? 0 - value : value;
}
