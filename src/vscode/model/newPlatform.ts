/** What *Create Platform* asks, and the file that comes of it. The patterns are those of core/platform: the file is checked again when it is read. */
export interface NewPlatform {
  readonly name: string;
  readonly id: string;
  readonly region: string;
  readonly account: string;
  readonly domain: string;
  /** Whether there are manifests beside the file. */
  readonly manifests: boolean;
}

const NAME = /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

export function problemOfName(name: string): string | undefined {
  return NAME.test(name) ? undefined : 'Small letters, digits and hyphens; it starts with a letter, 2 to 63 characters.';
}

export function problemOfAccount(account: string): string | undefined {
  return account === '' || /^\d{12}$/.test(account) ? undefined : 'Twelve digits, or nothing.';
}

export function problemOfDomain(domain: string): string | undefined {
  return domain === '' || DOMAIN.test(domain) ? undefined : 'A domain such as example.com, or nothing.';
}

/** Six characters that tell two platforms of one name apart. `random` gives bytes. */
export function newId(random: (length: number) => Uint8Array): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from(random(6), (byte) => alphabet[byte % alphabet.length]).join('');
}

export function platformText({ name, id, region, account, domain, manifests }: NewPlatform): string {
  return [
    `name: ${name}`,
    `id: ${id} # tells two platforms of one name apart`,
    `region: ${region}`,
    // quoted: YAML reads a bare number and loses its leading zero
    ...(account === '' ? [] : [`account: "${account}" # the account that it must be`]),
    ...(domain === '' ? [] : [`domain: ${domain}`]),
    ...(manifests ? ['manifests: . # what runs in the cluster: one folder a stage, beside this file'] : []),
    '',
  ].join('\n');
}

/** Whether a file is one of ours: somebody else's `platform.yml` has other keys. Cheap; the runner decides what is wrong with it. */
export function looksLikePlatform(text: string): boolean {
  const has = (key: string): boolean => new RegExp(`(^|[{,])\\s*["']?${key}["']?\\s*:`, 'm').test(text);
  return has('name') && has('region');
}
