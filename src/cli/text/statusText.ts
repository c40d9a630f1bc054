import type { Cause } from '../../core/graph/cause.ts';
import type { PlatformStatus, ResourceStatus } from '../../core/status/platformStatus.ts';
import { priceWords } from '../../core/status/priceWords.ts';
import { printable } from '../../runner/printable.ts';
import { findingLine, findingView } from './findingText.ts';
import { rawText } from './progress.ts';
import { table, usd, type Style } from './style.ts';

/** The status as people read it: one block a stage, one line a resource. `verbose`: what the provider said stands under it. */
export function statusLines(status: PlatformStatus, style: Style, verbose = false): readonly string[] {
  return [
    style.bold(headline(status)),
    ...status.stages.flatMap((stage) => [
      '',
      ...table([[{ text: stage.title, paint: style.bold }, { text: stage.state, paint: () => style.state(stage.state) }, stage.reason]]),
      ...table(
        stage.resources.map((resource) => [
          { text: resource.state, paint: () => style.state(resource.state) },
          resource.title,
          detail(resource),
          { text: resource.physicalId ?? '', paint: style.dim },
        ]),
        2,
      ).flatMap((line, index) => [line, ...(verbose ? causeLines(stage.resources[index]?.cause, style) : [])]),
    ]),
    ...(status.findings.length === 0 ? [] : ['', ...status.findings.map((finding) => findingLine(finding, style))]),
  ];
}

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
