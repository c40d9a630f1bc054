import { AnswerLost, NotYet, Refused } from '../../core/graph/errors.ts';
import { webhookFields } from '../answers.ts';
import { sentence } from '../readiness/why/sentence.ts';
import { MASK } from './values.ts';

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

interface About {
  readonly release: string;
  readonly secrets: readonly string[];
  /** We told it to stop. */
  readonly stopped: boolean;
}

type Failure = (words: string, about: About) => Refused | NotYet | AnswerLost;

/** What Helm 3 and 4 say, and what it means; the first that fits. */
const FAILURES: readonly (readonly [RegExp, Failure])[] = [
  [/another operation .* is in progress/, (_, { release }) => new NotYet(`another Helm is working at ${release}`, { code: 'helm-busy' })],
  [/release: not found/, (_, { release }) => new NotYet(`there is no release ${release} any more`, { code: 'helm-gone' })],
  [
    /failed calling webhook|no endpoints available for service|conversion webhook for/,
    (words) => new NotYet(`a webhook does not answer yet: ${words}`, webhookFields(words)),
  ],
  [
    // Where the credentials have ended, the look that follows pauses the run, and what Helm left half done is gone on with.
    /\bUnauthorized\b|has asked for the client to provide credentials|must be logged in to the server|getting credentials: exec/,
    (words) => new AnswerLost(`the cluster did not let Helm in: ${words}`, { code: 'Unauthorized' }),
  ],
  [
    /cluster unreachable|connection refused|no such host|i\/o timeout|TLS handshake timeout|connection reset/i,
    (words) => new AnswerLost(`the cluster cannot be reached: ${words}`, { code: 'kubernetes-unreachable' }),
  ],
  [
    /cannot be imported into the current release|already exists and/,
    (words) => new Refused(words, { code: 'helm-foreign', next: 'Remove the object, or have the tool that made it let go of it.' }),
  ],
  [
    /Apply failed with \d+ conflict|conflicts? with "/,
    (words) =>
      new Refused(words, {
        code: 'overwrite',
        next: 'Plan again and allow it to take the fields over, or remove them from one of the two.',
      }),
  ],
  [
    /missing in charts\/ directory/,
    (words) => new Refused(words, { code: 'helm-chart', next: 'Run "helm dependency build" in the chart and commit what it fetches.' }),
  ],
  [
    /failed to download|not found in .* repository|no chart version found|manifest unknown|failed to fetch|looks like .* is not a valid chart repository|failed to perform "FetchReference"|path ".*" not found|Chart\.yaml file is missing/i,
    (words) =>
      new Refused(`the chart cannot be had: ${words}`, { code: 'helm-chart', next: 'Check its address and version, and the proxy.' }),
  ],
  [
    /(?:pre|post)-(?:install|upgrade|rollback|delete) hooks?|failed (?:pre|post)-(?:install|upgrade|rollback|delete)/,
    (words) => new Refused(hookSentence(words), { code: 'helm-hook', next: 'Look at its Job and pod, then apply.' }),
  ],
  [
    /execution error at|template:|parse error|error converting YAML|don't meet the specifications|YAML parse error|unable to build kubernetes objects/,
    (words) =>
      new Refused(`the chart does not render: ${words}`, {
        code: 'helm-render',
        next: 'Correct the values or the chart, then apply again.',
      }),
  ],
];

/** How a Helm that failed is told: one sentence, without what is secret, and what it means for the step. */
export function helmFailure({ code, stderr }: Ended, about: About): Refused | NotYet | AnswerLost {
  if (about.stopped || code === null)
    return new AnswerLost(`Helm was stopped while it worked at ${about.release}`, { code: 'helm-stopped' });
  const words = spoken(stderr, about.secrets);
  const failure = FAILURES.find(([pattern]) => pattern.test(words))?.[1];
  return failure?.(words, about) ?? new Refused(sentence(words === '' ? `Helm ended with exit code ${code}` : words), { code: 'helm' });
}

/** The error alone: advice before it is no cause, and what Helm calls its own command says nothing. */
function spoken(stderr: string, secrets: readonly string[]): string {
  const at = stderr.lastIndexOf('Error: ');
  const said = (at < 0 ? stderr : stderr.slice(at + 'Error: '.length)).replace(/^(?:UPGRADE|INSTALLATION|UNINSTALLATION) FAILED: /, '');
  return unsecret(said, secrets).replace(/\s+/g, ' ').trim().slice(0, 2_000);
}

/** `text` without the secrets, also as a template engine would quote it. Short ones are left: they stand in any text. */
export function unsecret(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .filter((secret) => secret.length > 3)
    .sort((a, b) => b.length - a.length)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')])
    .reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/**
 * `failed post-install: 1 error occurred: * job sentry-db-init failed: DeadlineExceeded` (Helm 3);
 * `post-install hooks failed: … resource Job/sentry/db-init not ready. status: InProgress … context deadline exceeded` (Helm 4).
 */
export function hookSentence(words: string): string {
  const event = /(?:pre|post)-(?:install|upgrade|rollback|delete)/.exec(words)?.[0] ?? 'the';
  const job = /\bjob (?:[\w.-]+\/)?([\w.-]+) failed/i.exec(words)?.[1] ?? /\b(?:Job|Pod)\/(?:[\w.-]+\/)?([\w.-]+)/.exec(words)?.[1];
  const why =
    /DeadlineExceeded|BackoffLimitExceeded/.exec(words)?.[0] ??
    (/deadline exceeded|timed out/i.test(words) ? 'DeadlineExceeded' : undefined);
  if (job === undefined) return sentence(words);
  return sentence(`${event} hook ${job} did not finish: ${why ?? words}`);
}
