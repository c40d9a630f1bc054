import type { Questions } from '../../runner/protocol.ts';
import type { Dialogs } from '../dialogs.ts';
import { visibleText } from '../model/visibleText.ts';

/** The runner refuses a longer command; spelled out (`\u{…}`) it may be several times as long. */
const LONGEST = 20_000;

/** A kubeconfig's own program: shown as it would be run, word by word, since a space inside a word must not look like one between two. */
export async function confirmProgram(dialogs: Dialogs, detail: Questions['runProgram']['detail']): Promise<boolean> {
  const [program = '', ...args] = detail.command;
  const lines = [
    `Program: ${program}`,
    ...args.map((word, index) => `Argument ${index + 1}: ${word}`),
    ...detail.environment.map((variable) => `Variable: ${variable}`),
    `Kubeconfig: ${detail.kubeconfig}`,
  ].map((line) => visibleText(line, LONGEST));
  const message = 'This kubeconfig makes its credentials with a program. It would run with all that you may do.';
  return (await dialogs.confirm(message, lines.join('\n'), ['Run This Program'])) !== undefined;
}

/** A cluster that does not say whose it is: from a yes on it does. */
export async function confirmCluster(dialogs: Dialogs, detail: Questions['adoptCluster']['detail']): Promise<boolean> {
  const lines = [
    `Cluster: ${detail.server}`,
    `Platform: ${detail.platform}`,
    `Account: ${detail.account}`,
    `Region: ${detail.region}`,
    'If it is, that is written into it, as a ConfigMap in kube-system.',
  ].map((line) => visibleText(line, 400));
  const message = 'The cluster that the kubeconfig names does not say whose it is. Is it this platform’s?';
  return (await dialogs.confirm(message, lines.join('\n'), ['It Is This Platform’s'])) !== undefined;
}
