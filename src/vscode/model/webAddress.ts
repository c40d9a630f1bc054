/**
 * An address that a browser may be sent to: http or https, and without a user name, which would make `argo.example.com@evil.example`
 * look like the first. `host` is what is really asked (a name in another script is spelled out). `undefined` for anything else.
 */
export function webAddress(text: string): { readonly url: string; readonly host: string } | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, host, href } = new URL(text);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && username === '' && password === '' && host !== '' ? { url: href, host } : undefined;
}
