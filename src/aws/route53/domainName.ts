/** Names as Route 53 lists them (`\052.cauchy.link.`) and as people write them (`*.Cauchy.link`) in one form: lower case, `*`, no final dot. */
export function domainName(written: string): string {
  return written
    .replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .toLowerCase()
    .replace(/\.$/, '');
}

/** Ids come as `/hostedzone/Z…` and `/change/C…`, and go without. */
export const bareId = (id: string): string => id.replace(/^\/?(hostedzone|change)\//, '');
