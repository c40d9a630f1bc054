import { AnswerLost, NotYet, Refused, Unseen } from '../core/graph/errors.ts';
import { pathInWords } from './paths.ts';
import type { Answer } from './wire.ts';

/** What was asked, for the words about what came of it. */
export interface Asked {
  /** `get`, `list`, `watch`, `apply`, `patch`, `delete`. */
  readonly verb: string;
  readonly path: string;
}

/** A field that another manager owns (`FieldManagerConflict`, Kubernetes: server-side apply, "Conflicts"). */
export interface FieldConflict {
  /** `.spec.replicas` */
  readonly field: string;
  readonly manager: string;
}

interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What the API server answers instead of an object (API reference: `Status` of meta/v1). */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly name?: string; readonly kind?: string; readonly causes?: readonly StatusCause[] };
}

/** Refused because others own fields of it; which and who is in `conflicts`. */
export class Conflicted extends Refused {
  readonly conflicts: readonly FieldConflict[];
  constructor(words: string, conflicts: readonly FieldConflict[]) {
    super(words, { code: 'Conflict', next: 'Remove the fields from one of the two, or apply with consent to take them over.' });
    this.conflicts = conflicts;
  }
}

/** Refused because a field cannot be changed in place; `field` names it. */
export class Immutable extends Refused {
  readonly field: string;
  constructor(words: string, field: string) {
    super(words, { code: 'kubernetes-immutable', next: 'Undo the change, or allow that the object is replaced.' });
    this.field = field;
  }
}

/** How long a new access entry may still answer 401 (domain-facts N). */
export type Standing = 'settling' | 'unknown' | 'expired';

/** Why a read failed. A 404 is none. */
export function unseen(asked: Asked, answer: Answer, standing: Standing): Unseen {
  return new Unseen(wordsFor(asked, answer, standing), {
    code: codeOf(answer),
    next: nextOf(answer.status),
    detail: detailOf(asked, answer),
  });
}

/** What became of a write that was not taken. */
export function writeError(asked: Asked, said: Answer, standing: Standing): Refused | NotYet | AnswerLost {
  const answer = discreet(asked, said);
  const { status } = answer;
  const words = wordsFor(asked, answer, standing);
  const fields = { code: codeOf(answer), next: nextOf(status), detail: detailOf(asked, answer) };
  if (status === 401) return standing === 'settling' ? new NotYet(words, fields) : new Refused(words, fields);
  const told = tellingError(asked, statusOf(answer), status);
  if (told !== undefined) return told;
  if (status === 429 || status === 503) return new NotYet(words, fields);
  return status >= 500 ? new AnswerLost(words, fields) : new Refused(words, fields);
}

/** A server quotes what it does not like; of a Secret that is nobody's to read. */
function discreet({ path }: Asked, answer: Answer): Answer {
  if (!/\/secrets(?:\/|$)/.test(path)) return answer;
  const body = JSON.stringify(statusOf(answer) ?? {}, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/(Invalid value: |got &?)[^]*?(?=: field is immutable|$)/, '$1(secret)') : value,
  );
  return { ...answer, body };
}

/** What the server says in so many words: things that pass by themselves, and things that name a field. */
function tellingError(asked: Asked, status: Status | undefined, code: number): Refused | NotYet | undefined {
  const message = status?.message ?? '';
  const what = pathInWords(asked.path);
  const causes = status?.details?.causes ?? [];
  if (/failed calling (?:admission )?webhook|conversion webhook for .* failed/.test(message)) {
    return new NotYet(`a webhook of the cluster does not answer yet: ${webhookWords(message)}`, webhookFields(message));
  }
  if (causes.some((cause) => cause.reason === 'NamespaceTerminating')) return new NotYet(`its namespace is being deleted: ${what}`);
  if (/object is being deleted/.test(message)) return new NotYet(`the old one is still being deleted: ${what}`);
  const conflicts = causes.filter((cause) => cause.reason === 'FieldManagerConflict').map(conflictOf);
  if (conflicts.length > 0) return new Conflicted(conflictWords(conflicts), conflicts);
  if (message.startsWith('Apply failed with')) return new Conflicted(message, []);
  // The UID or the version moved on, or a quota was counted twice at once: surely not done, and worth another look.
  if (code === 409) return new NotYet(`it has changed meanwhile: ${message}`);
  if (code === 404) return new NotYet(notThereWords(asked, status));
  const immutable = causes.find(isImmutable);
  if (code === 422 && immutable) return new Immutable(`${immutable.field ?? 'a field'} cannot be changed in place`, immutable.field ?? '');
  const typed = /failed to create typed patch object \([^)]*\): (?<why>.*)$/s.exec(message)?.groups?.['why'];
  if (typed !== undefined || message.includes('strict decoding error')) {
    return new Refused(`the cluster does not know a field of it: ${typed ?? message}`, {
      code: 'kubernetes-unknown-field',
      detail:
        /^(?<path>\.\S+): field not declared/.exec(typed ?? '')?.groups?.['path'] ??
        /unknown field "(?<path>[^"]+)"/.exec(message)?.groups?.['path'],
      next: 'Correct the manifest, or install the version of the kind that has the field.',
    });
  }
  if (code === 403 && message.includes('exceeded quota')) {
    return new Refused(message, { code: 'kubernetes-quota', next: 'Raise the ResourceQuota of the namespace or lower the requests.' });
  }
  if (/admission webhook .* denied the request/.test(message)) return new Refused(message, { code: 'kubernetes-denied-by-webhook' });
  return undefined;
}

const conflictOf = ({ field = '', message = '' }: StatusCause): FieldConflict => ({
  field,
  manager: /conflict with "(?<manager>[^"]*)"/.exec(message)?.groups?.['manager'] ?? message,
});

/** `kubectl owns .spec.replicas and .data.x` */
export function conflictWords(conflicts: readonly FieldConflict[]): string {
  const fields = new Map<string, string[]>();
  for (const { manager, field } of conflicts) fields.set(manager, [...(fields.get(manager) ?? []), field]);
  return [...fields].map(([manager, owned]) => `${manager} owns ${owned.join(' and ')}`).join(', ');
}

/** How the validation of the built-in kinds says it (apimachinery `FieldImmutableErrorMsg`; StatefulSet, PersistentVolumeClaim and Job have their own words). */
const isImmutable = ({ message = '' }: StatusCause): boolean =>
  /field is immutable|immutable field|is immutable|updates to statefulset spec for fields other than|may not change once set|spec is immutable after creation/.test(
    message,
  );

/** A webhook that does not answer, told by its Service (`namespace/name`) where the API server says which it asked; else by its name. */
export function webhookFields(message: string): { readonly code: string; readonly detail: string | undefined } {
  const { name, namespace } = /https:\/\/(?<name>[a-z0-9-]+)\.(?<namespace>[a-z0-9-]+)\.svc\b/.exec(message)?.groups ?? {};
  const hook = /webhook "(?<hook>[^"]+)"/.exec(message)?.groups?.['hook'];
  return { code: 'kubernetes-webhook', detail: name === undefined ? hook : `${namespace ?? ''}/${name}` };
}

const webhookWords = (message: string): string => message.replace(/^Internal error occurred: /, '');

function notThereWords({ path }: Asked, status: Status | undefined): string {
  const { name, kind } = status?.details ?? {};
  if (kind === 'namespaces' && name !== undefined) return `namespace ${name} is not there yet`;
  return `the cluster does not serve it yet: ${pathInWords(path)}`;
}

function wordsFor({ verb, path }: Asked, answer: Answer, standing: Standing): string {
  const what = `${verb} ${pathInWords(path)}`;
  switch (answer.status) {
    case 401:
      return UNKNOWN[standing];
    case 403:
      return `the cluster's rules do not let these credentials ${what}`;
    case 409:
      return `the cluster refused to ${what}: ${messageOf(answer)}`;
    case 429:
      return `the cluster is busy and did not ${what}`;
    default:
      return `the cluster answered ${answer.status} to ${what}: ${messageOf(answer)}`;
  }
}

const UNKNOWN: Readonly<Record<Standing, string>> = {
  settling: 'the cluster does not know these credentials yet: a new access entry takes up to two minutes',
  unknown: 'the cluster does not know these credentials: no access entry is for them',
  expired: 'the cluster no longer takes these credentials: the token has expired or the access entry was removed',
};

function nextOf(status: number): string | undefined {
  if (status === 401) return 'Use the credentials that made the cluster, or have their role added to cluster.admins in platform.yml.';
  if (status === 403) return 'Ask for the access policy AmazonEKSClusterAdminPolicy on the cluster.';
  return undefined;
}

const detailOf = ({ verb, path }: Asked, { status }: Answer): string | undefined =>
  status === 403 ? `${verb} ${pathInWords(path)}` : undefined;

/** The words of a `Status` object, else the beginning of what came. */
function messageOf(answer: Answer): string {
  return statusOf(answer)?.message ?? answer.body.slice(0, 200);
}

function codeOf(answer: Answer): string {
  if (answer.status === 503) return 'kubernetes-restarting';
  // Reasons that AWS has too, and means of itself.
  if (answer.status === 429 || answer.status >= 500) return 'kubernetes-error';
  return statusOf(answer)?.reason ?? `HTTP ${answer.status}`;
}

export function statusOf(answer: Answer): Status | undefined {
  try {
    const status: unknown = JSON.parse(answer.body);
    return typeof status === 'object' && status !== null ? status : undefined;
  } catch {
    return undefined;
  }
}

/** TLS failures of a server whose certificate is not the one that we were told: a cluster of the same name, made again. */
const NOT_ITS_CERTIFICATE = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
/** Failures that come before the first byte of a request is sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', ...NOT_ITS_CERTIFICATE]);

/** Nothing came back. `isRead`: asking again harms nobody. */
export function unreachable(isRead: boolean, server: string, error: unknown): Unseen | NotYet | AnswerLost {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const host = new URL(server).host;
  const certificate = code !== undefined && NOT_ITS_CERTIFICATE.has(code);
  const message = certificate
    ? `the certificate of ${host} is not the cluster's: it was made again under the same name, or something sits in between`
    : `the cluster at ${host} cannot be reached${code === undefined ? '' : ` (${code})`}`;
  const next = certificate
    ? 'Refresh; behind a proxy that opens TLS, add its authority to the system or reach the cluster with --kubeconfig.'
    : 'Check the network, the proxy and cluster.endpoint.publicCidrs in platform.yml, or reach the cluster with --kubeconfig.';
  // Node's own code stands in the message: without more it would be taken for one of AWS's connections.
  const fields = { code: certificate ? 'kubernetes-certificate' : 'kubernetes-unreachable', next, cause: error };
  if (isRead) return new Unseen(message, fields);
  return code !== undefined && NEVER_SENT.has(code) ? new NotYet(message, fields) : new AnswerLost(message, fields);
}
