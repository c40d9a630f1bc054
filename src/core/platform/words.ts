import { token } from '../findings/token.ts';

/** A place of the document in words: `"network.public[0]"`. */
export function placeOf(path: readonly (string | number)[]): string {
  return token(
    path
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .replace(/^\./, ''),
  );
}

/** `clusterName` → `cluster-name`, as codes are written. */
export function kebab(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

/** A text as a YAML value: plain where every YAML reads it as that text, in quotes otherwise. */
export function plainYaml(text: string): string {
  const isPlain =
    /^[A-Za-z0-9][\w./@-]*(:+[\w./@-]+)*$/.test(text) && Number.isNaN(Number(text)) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
