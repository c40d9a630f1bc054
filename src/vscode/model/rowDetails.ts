import type { RunEvent } from '../../core/engine/events.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import type { CommandId } from '../commandIds.ts';
import { addressed } from './rowAddress.ts';
import { hasUnknownPrice, listed } from './stateLook.ts';
import { sourceText } from '../../runner/sourceText.ts';
import { brokenWords, type PlatformView } from './platformView.ts';
import type { Row } from './row.ts';
import { webAddress } from './webAddress.ts';
import { clockTime, monthly } from './wording.ts';

/** What a tooltip says, in parts: the adapter turns them into Markdown without trusting any of the words. */
export interface RowDetails {
  readonly title: string;
  readonly state: string;
  readonly cause: string | undefined;
  readonly next: { readonly label: string; readonly command: CommandId } | undefined;
  /** `kafka/broker.yml:12`: where an object is written. */
  readonly source: string | undefined;
  /** What a browser would be sent to. */
  readonly host: string | undefined;
  readonly ids: readonly string[];
  readonly requires: readonly string[];
  readonly money: string | undefined;
  /** Of a rehearsed platform: what is broken on purpose. */
  readonly broken: string | undefined;
  readonly events: readonly string[];
}

const EVENTS_SHOWN = 3;

/** Told from the status as it is now, not as it was when the row was drawn. */
export function rowDetails(row: Row, view: PlatformView, events: readonly RunEvent[], now: number): RowDetails {
  const stages = view.status?.stages ?? [];
  const { stage, resource } = addressed(view.status, row.path);
  const isRoot = row.path === '';
  const all = stages.flatMap(({ resources }) => resources);
  const requires = resource
    ? all.filter(({ id }) => resource.requires.includes(id)).map(({ title, state }) => `${title} (${state})`)
    : stages.filter(({ id }) => stage?.requires.includes(id)).map(({ title, state }) => `${title} (${state})`);
  const price =
    (resource ? resource.estimate?.monthlyUsd : (stage?.estimate.monthlyUsd ?? (isRoot ? view.status?.cost.wholeMonthlyUsd : 0))) ?? 0;
  const unpriced = (resource ? [resource] : (stage?.resources ?? (isRoot ? all : []))).filter(hasUnknownPrice).length;
  const looked = view.status?.observedAt === undefined ? '' : ` (looked ${clockTime(view.status.observedAt, now)})`;
  return {
    title: row.label,
    // The whole description: a narrow side bar clips it.
    state: `${row.description}${looked}`,
    cause: (resource?.cause?.message ?? resource?.reason ?? stage?.reason) || undefined,
    next: nextOf(row),
    source: resource && sourceText(resource, view.file),
    host: resource?.url === undefined ? undefined : webAddress(resource.url)?.host,
    ids: [resource?.physicalId, ...Object.values(resource?.outputs ?? {})].filter((id) => typeof id === 'string').slice(0, 6),
    requires: requires.length > 6 ? [listed(requires)] : requires,
    money:
      price === 0 && unpriced === 0
        ? undefined
        : priceWords(price, unpriced, (usd) => `${view.mode === 'rehearsal' ? 'would cost ' : ''}${monthly(usd)}`),
    broken: isRoot ? brokenWords(view) : undefined,
    events: events
      .filter((event) => 'resource' in event && (resource ? event.resource === resource.id : stage ? event.stage === stage.id : isRoot))
      .slice(-EVENTS_SHOWN)
      // A rehearsal's clock runs ahead of the person's: its times would contradict theirs.
      .map(
        (event) =>
          `${view.mode === 'rehearsal' ? '' : `${clockTime(event.time, now)} `}${'resource' in event ? `${event.resource}: ` : ''}${wordOf(event)}`,
      ),
  };
}

function nextOf({ flags }: Row): RowDetails['next'] {
  if (flags.includes('canEnterSecrets')) return { label: 'Enter Secrets...', command: 'enterSecrets' };
  if (flags.includes('canFix')) return { label: 'Fix...', command: 'fix' };
  if (flags.includes('canSignIn')) return { label: 'Sign In', command: 'signIn' };
  if (flags.includes('canConnect')) return { label: 'Connect to AWS Account...', command: 'connect' };
  if (flags.includes('canContinue')) return { label: 'Continue Interrupted Run...', command: 'continue' };
  if (flags.includes('hasUrl')) return { label: 'Open in Browser', command: 'openUrl' };
  return flags.includes('canPreview') ? { label: 'Preview Plan', command: 'plan' } : undefined;
}

function wordOf(event: RunEvent): string {
  switch (event.event) {
    case 'resource.observed':
      return event.state;
    case 'resource.started':
      return `${event.action} started`;
    case 'resource.progress':
      return event.message;
    case 'resource.finished':
      return `${event.action} done`;
    case 'resource.failed':
      return event.reason;
    case 'resource.skipped':
      return `skipped, because of ${event.because}`;
    default:
      return event.event;
  }
}
