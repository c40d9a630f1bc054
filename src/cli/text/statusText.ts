import type { Cause } from '../../core/graph/cause.ts';
import type { PlatformStatus, ResourceStatus, StageStatus } from '../../core/status/platformStatus.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import { printable } from '../../runner/printable.ts';
import { sourceText } from '../../runner/sourceText.ts';
import { findingLine, findingView } from './findingText.ts';
import { rawText } from './progress.ts';
import { table, usd, type Style } from './style.ts';

/** So many objects of a stage's manifests that are ready are told one by one. */
const TOLD_EACH = 8;

/**
 * The status as people read it: one block a stage, one line a resource. Objects of manifests that are ready are one line where they are
 * many. `verbose`: each of them, and what the provider said.
 */
export function statusLines(status: PlatformStatus, style: Style, verbose = false): readonly string[] {
  return [
    style.bold(headline(status)),
    ...status.stages.flatMap((stage) => ['', ...stageLines(stage, { style, verbose, file: status.platform.file })]),
    ...(status.findings.length === 0 ? [] : ['', ...status.findings.map((finding) => findingLine(finding, style))]),
  ];
}

interface Told {
  readonly style: Style;
  readonly verbose: boolean;
  /** platform.yml */
  readonly file: string;
}

function stageLines({ title, state, reason, resources }: StageStatus, { style, verbose, file }: Told): readonly string[] {
  const plain = resources.filter((resource) => resource.state === 'ready' && resource.reason === '' && resource.source !== undefined);
  const isFolded = !verbose && plain.length > TOLD_EACH;
  const told = isFolded ? resources.filter((resource) => !plain.includes(resource)) : resources;
  return [
    ...table([[{ text: title, paint: style.bold }, { text: state, paint: () => style.state(state) }, reason]]),
    ...table(
      told.map((resource) => [
        { text: resource.state, paint: () => style.state(resource.state) },
        resource.title,
        detail(resource),
        { text: placeOf(resource, file), paint: style.dim },
      ]),
      2,
    ).flatMap((line, index) => [line, ...(verbose ? causeLines(told[index]?.cause, style) : [])]),
    ...(isFolded
      ? table(
          [
            [
              { text: 'ready', paint: () => style.state('ready') },
              `${String(plain.length)} objects of its manifests (--verbose tells each)`,
            ],
          ],
          2,
        )
      : []),
  ];
}

/** An object of a manifest is known by its file: the id that the cluster gave it says nothing to anybody. */
const placeOf = (resource: ResourceStatus, file: string): string => sourceText(resource, file) ?? resource.physicalId ?? '';

const causeLines = (cause: Cause | undefined, style: Style): readonly string[] =>
  cause === undefined ? [] : [`    ${style.dim(printable(rawText(cause)))}`];

function headline({ platform, mode, session, cost }: PlatformStatus): string {
  const account =
    platform.account === undefined
      ? undefined
      : platform.identity === undefined
        ? platform.account
        : `${platform.account} (${platform.identity})`;
  const words = {
    connected: priceWords(
      cost.wholeMonthlyUsd,
      cost.unknown?.length ?? 0,
      (whole) => `${mode === 'rehearsal' ? 'would cost' : 'costs'} ${usd(cost.standingMonthlyUsd)} a month now, ${usd(whole)} whole`,
    ),
    signedOut: 'signed out',
    unreachable: 'AWS cannot be reached',
    notConnected: 'not connected',
  }[session];
  return printable(
    [mode === 'rehearsal' ? 'REHEARSAL' : undefined, platform.name, platform.region, account, words]
      .filter((part) => part !== undefined)
      .join(' · '),
  );
}

function detail(resource: ResourceStatus): string {
  const owner = resource.owner === 'foreign' ? 'not ours' : '';
  return [owner, resource.reason].filter((part) => part !== '').join(' · ');
}

/** The shape of cli.md: every key of it is there, `null` where there is no value; only `lastKnown` may be missing. */
export function statusJson({ platform, mode, session, observedAt, stages, findings }: PlatformStatus): object {
  return {
    platform: {
      name: platform.name,
      id: platform.id ?? null,
      region: platform.region,
      account: platform.account ?? null,
      file: platform.file,
    },
    mode,
    session,
    observedAt: observedAt ?? null,
    stages: stages.map(({ id, title, state, reason, resources }) => ({
      id,
      title,
      state,
      reason,
      resources: resources.map((r) => ({
        id: r.id,
        kind: r.kind,
        state: r.state,
        reason: r.reason,
        owner: r.owner,
        physicalId: r.physicalId ?? null,
        outputs: r.outputs ?? {},
        lastKnown: r.lastKnown,
      })),
    })),
    findings: findings.map((finding) => findingView(finding, platform.file)),
  };
}
