import type { CallerOut } from '../aws/outputs.ts';
import type { LeftOver } from '../core/engine/plan.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { SignedOut } from '../core/graph/errors.ts';
import { outputsIn } from '../core/graph/observation.ts';
import type { Observation, ResourceId } from '../core/graph/resource.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import type { PlatformStatus, Session } from '../core/status/platformStatus.ts';
import { sentenceCodeOf, sentenceOf, wordsFor } from '../core/status/sentences.ts';
import { stageState } from '../core/status/stageState.ts';
import { outline, statusOf, unseenStatus, type Observations } from '../core/status/statusOf.ts';
import { offlineGraph, type Connection } from './connection.ts';
import { specOf, type PlatformFile } from './platformFile.ts';
import type { Reach } from './protocol.ts';

interface Shown {
  readonly document: PlatformFile;
  readonly spec: PlatformSpec;
  readonly mode: Reach['mode'];
  readonly previous: PlatformStatus | undefined;
  /** What this session found of what left the file. */
  readonly left: readonly LeftOver[] | undefined;
}

/** The rows that the file alone tells. @throws RunnerError for a file with errors. */
export function outlineStatus(document: PlatformFile): PlatformStatus {
  const spec = specOf(document);
  return outline({
    platform: platformOf(spec, document.file, undefined),
    mode: 'live',
    findings: document.findings,
    graph: offlineGraph(spec, document.manifests),
  });
}

/** What a look has seen. AWS counts as out of reach when it could not even say who is calling. */
export function lookedStatus(
  { document, spec, previous, left }: Omit<Shown, 'mode'>,
  connection: Pick<Connection, 'graph' | 'mode'>,
  observations: Observations,
): PlatformStatus {
  const caller = observations.get('caller');
  const isReached = caller?.state !== 'unknown';
  return statusOf({
    platform: platformOf(spec, document.file, callerIn(caller)),
    mode: connection.mode,
    session: isReached ? 'connected' : 'unreachable',
    findings: isReached ? document.findings : [...document.findings, outOfReach(spec.name, caller)],
    graph: connection.graph,
    observations,
    observedAt: new Date().toISOString(),
    previous,
    left,
  });
}

/** Why AWS is out of reach: no network, a region that is off. */
function outOfReach(name: string, { reason, cause }: Extract<Observation<unknown>, { readonly state: 'unknown' }>): Finding {
  const next = (wordsFor(cause?.code ?? '') ?? wordsFor('unreachable'))?.next;
  return { code: (cause && sentenceCodeOf(cause.code)) ?? 'unreachable', severity: 'error', message: sentenceOf(name, { reason, next }) };
}

/** Nothing can be seen: signed out, or nothing answers. The finding says why, in words. */
export function blindStatus({ document, spec, mode, previous, left }: Shown, session: Session, error: SignedOut): PlatformStatus {
  const message = error.next === undefined ? error.message : `${error.message} ${error.next}`;
  const status = unseenStatus(
    {
      platform: platformOf(spec, document.file, undefined),
      mode,
      session,
      findings: [...document.findings, { code: error.code ?? 'signed-out', severity: 'error', message }],
      graph: offlineGraph(spec, document.manifests),
      previous,
      left,
    },
    error.message,
  );
  return status;
}

/** Without the rows of other stages. */
export function restrictedTo(status: PlatformStatus, only: ReadonlySet<ResourceId>): PlatformStatus {
  const stages = status.stages.flatMap((stage) => {
    const resources = stage.resources.filter(({ id }) => only.has(id));
    return resources.length === stage.resources.length
      ? [stage]
      : resources.length === 0
        ? []
        : [{ ...stage, ...stageState(resources, false), resources }];
  });
  return { ...status, stages };
}

/** Who was calling, in what a look has seen. */
export function callerIn(seen: Observation<unknown> | undefined): Pick<CallerOut, 'account' | 'arn'> | undefined {
  const outputs = outputsIn(seen);
  if (typeof outputs !== 'object' || outputs === null || !('account' in outputs) || !('arn' in outputs)) return undefined;
  const { account, arn } = outputs;
  return typeof account === 'string' && typeof arn === 'string' ? { account, arn } : undefined;
}

function platformOf(spec: PlatformSpec, file: string, caller: Pick<CallerOut, 'account' | 'arn'> | undefined): PlatformStatus['platform'] {
  const account = caller?.account ?? spec.account;
  return {
    name: spec.name,
    ...(spec.id === undefined ? {} : { id: spec.id }),
    region: spec.region,
    ...(account === undefined ? {} : { account }),
    // The last part of the ARN is what a person calls it: user/dev, assumed-role/admin/me.
    ...(caller === undefined ? {} : { identity: caller.arn.split(':').slice(5).join(':') }),
    file,
  };
}
