import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, YAMLMap, YAMLSeq } from 'yaml';
import { tooDeepAt } from '../core/platform/nesting.ts';

/** What the entry of a cluster says. */
export interface KubeconfigEntry {
  readonly server: string;
  /** Base64 of the PEM. */
  readonly certificateAuthority: string;
}

/** The program that makes a token whenever kubectl asks. */
export interface ExecEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A text that is no kubeconfig. It is left as it is. */
export class CorruptKubeconfig extends Error {
  override readonly name = 'CorruptKubeconfig';
}

const lists = ['clusters', 'contexts', 'users'] as const;

/** In the order in which `aws eks update-kubeconfig` writes a new file (aws-cli, customizations/eks/kubeconfig.py). */
const newFile = 'apiVersion: v1\nclusters: []\ncontexts: []\ncurrent-context: ""\nkind: Config\npreferences: {}\nusers: []\n';

/**
 * The exec entry of a cluster: as `aws eks update-kubeconfig` writes it (region and name out of the ARN, `AWS_PROFILE`
 * only with a profile), or with `launcher`, the path of a program that runs `slipway`.
 */
export function execEntry(
  clusterArn: string,
  { profile, launcher }: { readonly profile?: string | undefined; readonly launcher?: string | undefined },
): ExecEntry {
  const [, , , region = '', , resource = ''] = clusterArn.split(':');
  const name = resource.replace(/^cluster\//, '');
  if (launcher !== undefined) {
    return {
      command: launcher,
      args: ['token', '--cluster', name, '--region', region, ...(profile === undefined ? [] : ['--profile', profile])],
    };
  }
  const args = ['--region', region, 'eks', 'get-token', '--cluster-name', name, '--output', 'json'];
  return { command: 'aws', args, ...(profile !== undefined && { env: { AWS_PROFILE: profile } }) };
}

/** @throws CorruptKubeconfig when `text` is no kubeconfig. */
export function entryIn(text: string, clusterArn: string): KubeconfigEntry | undefined {
  const cluster = named(parseKubeconfig(text), 'clusters', clusterArn)?.get('cluster');
  if (!isMap(cluster)) return undefined;
  const [server, certificateAuthority] = [cluster.get('server'), cluster.get('certificate-authority-data')];
  return { server: textOf(server), certificateAuthority: textOf(certificateAuthority) };
}

/**
 * The text with the entry under the cluster's ARN, whoever wrote the one that stood there: cluster and user whole, of the
 * context what it refers to (a namespace stays). Everything else stays, comments too; `current-context` is set only where there is none.
 * @throws CorruptKubeconfig when `text` is no kubeconfig.
 */
export function withEntry(text: string, clusterArn: string, entry: KubeconfigEntry, exec: ExecEntry): string {
  const document = parseKubeconfig(text.trim() === '' ? newFile : text);
  put(document, 'clusters', clusterArn, {
    cluster: { 'certificate-authority-data': entry.certificateAuthority, server: entry.server },
    name: clusterArn,
  });
  put(document, 'users', clusterArn, { name: clusterArn, user: { exec: execYaml(exec) } });
  const context = named(document, 'contexts', clusterArn)?.get('context');
  if (isMap(context)) {
    context.set('cluster', clusterArn);
    context.set('user', clusterArn);
  } else {
    put(document, 'contexts', clusterArn, { context: { cluster: clusterArn, user: clusterArn }, name: clusterArn });
  }
  if (textOf(document.get('current-context')) === '') document.set('current-context', document.createNode(clusterArn));
  return write(document, text);
}

/** The text without the entry; `current-context` is emptied only if it was this one. @throws CorruptKubeconfig when `text` is no kubeconfig. */
export function withoutEntry(text: string, clusterArn: string): string {
  if (text.trim() === '') return text;
  const document = parseKubeconfig(text);
  let isChanged = false;
  for (const list of lists) {
    const entries = document.get(list);
    if (!isSeq(entries)) continue;
    for (let at = indexOf(entries, clusterArn); at >= 0; at = indexOf(entries, clusterArn)) {
      entries.delete(at);
      isChanged = true;
    }
    if (entries.items.length === 0) entries.flow = true;
  }
  if (document.get('current-context') === clusterArn) {
    document.set('current-context', '');
    isChanged = true;
  }
  return isChanged ? write(document, text) : text;
}

function execYaml({ command, args, env }: ExecEntry): object {
  const variables = Object.entries(env ?? {}).map(([name, value]) => ({ name, value }));
  return { apiVersion: 'client.authentication.k8s.io/v1beta1', args, command, ...(variables.length > 0 && { env: variables }) };
}

function parseKubeconfig(text: string): Document {
  if (tooDeepAt(text) !== undefined) throw new CorruptKubeconfig('its collections are nested too deep');
  const document = parseDocument(text, { logLevel: 'error', prettyErrors: false });
  // The parser's own words quote the document, which may hold keys.
  if (document.errors.length > 0) throw new CorruptKubeconfig(`it is no YAML (offset ${document.errors[0]?.pos[0] ?? 0})`);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return parseDocument(newFile);
  if (!isMap(document.contents)) throw new CorruptKubeconfig('it is no mapping');
  for (const list of lists) {
    const entries = document.get(list);
    if (entries === undefined || entries === null) continue;
    if (!isSeq(entries) || !entries.items.every((item) => isMap(item))) throw new CorruptKubeconfig(`"${list}" is no list of entries`);
  }
  return document;
}

function put(document: Document, list: (typeof lists)[number], name: string, entry: object): void {
  const entries = document.get(list);
  const node = document.createNode(entry);
  if (!isSeq(entries)) {
    document.set(list, document.createNode([entry]));
    return;
  }
  const at = indexOf(entries, name);
  if (at < 0) {
    entries.flow = false;
    entries.add(node);
  } else entries.set(at, node);
}

function named(document: Document, list: (typeof lists)[number], name: string): YAMLMap | undefined {
  const entries = document.get(list);
  const found = isSeq(entries) ? entries.items[indexOf(entries, name)] : undefined;
  return isMap(found) ? found : undefined;
}

function indexOf(entries: YAMLSeq, name: string): number {
  return entries.items.findIndex((item) => isMap(item) && item.get('name') === name);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Lists are indented (by kubectl and the AWS CLI they are not), brackets padded and lines ended as they were, and nothing is folded. */
function write(document: Document, before: string): string {
  const indentSeq = /^(clusters|contexts|users):[^\S\n]*\r?\n[^\S\n]+- /m.test(before);
  const flowCollectionPadding = !/[[{][^\s\]}]/.test(before);
  const text = document.toString({ lineWidth: 0, indentSeq, flowCollectionPadding });
  return before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}
