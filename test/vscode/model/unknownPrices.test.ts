import assert from 'node:assert/strict';
import { planLines } from '../../../src/cli/text/planText.ts';
import { statusLines } from '../../../src/cli/text/statusText.ts';
import { createStyle } from '../../../src/cli/text/style.ts';
import { costOf } from '../../../src/core/engine/forecast.ts';
import { parsePlatform } from '../../../src/core/platform/parsePlatform.ts';
import { offlineGraph } from '../../../src/runner/connection.ts';
import { planView } from '../../../src/runner/planView.ts';
import type { PlanView } from '../../../src/runner/protocol.ts';
import { planSummary } from '../../../src/vscode/model/planPreview.ts';
import { platformRow } from '../../../src/vscode/model/platformRow.ts';
import { resourceRow } from '../../../src/vscode/model/stageRows.ts';
import { NOW, resource, stage, status, view } from '../example.ts';

/** A plan that makes everything, in a region. */
function planIn(region: string): PlanView {
  const { spec } = parsePlatform(`name: cauchy\nregion: ${region}\n`, '/platform.yml');
  assert.ok(spec);
  const graph = offlineGraph(spec);
  const changes = graph.order
    .filter(({ internal, steps }) => internal !== true && steps !== undefined)
    .map(({ id, title }) => ({
      resource: id,
      stage: graph.stageOf(id),
      title,
      change: { action: 'create' as const, summary: '', diff: [] },
    }));
  return planView({
    verb: 'apply',
    observations: new Map(),
    changes,
    orphans: [],
    cost: costOf(graph, new Map(), changes),
    duration: { seconds: 60, criticalPath: [] },
    findings: [],
  });
}

describe('a region without known prices', () => {
  const plan = planIn('eu-north-1');

  it('names what has none, and adds nothing up for it', () => {
    assert.equal(plan.cost.monthlyUsd, 0);
    for (const id of ['cluster', 'nodegroup', 'nat/10.0.0.0-20', 'address/10.0.0.0-20']) assert.ok(plan.cost.unknown?.includes(id), id);
    assert.deepEqual(planIn('us-west-2').cost.unknown, []);
  });

  it('is never said to cost nothing', () => {
    const text = planLines(plan, createStyle(false), false).join('\n');
    assert.match(text, /, price unknown/);
    assert.doesNotMatch(text, /\$0/);
    const preview = planSummary(plan, { stages: [{ id: 'vpc', title: 'VPC' }], name: 'cauchy', rehearsal: false }).join('\n');
    assert.match(preview, /VPC: .* · price unknown/);
    assert.match(preview, /Total: .* · price unknown afterwards/);
    assert.doesNotMatch(preview, /\$0/);
  });

  it('keeps its known part', () => {
    const half = { ...plan, cost: { ...plan.cost, monthlyUsd: 73 } };
    assert.match(planLines(half, createStyle(false), false).join('\n'), /then ≈\$73\.00 a month and what has no known price/);
  });

  it('is told so in status and tree', () => {
    const unpriced = resource({ estimate: { createSeconds: 540, deleteSeconds: 300 } });
    const compute = stage({ resources: [unpriced], estimate: { createSeconds: 540, monthlyUsd: 0 } });
    const shown = status([compute], { cost: { standingMonthlyUsd: 0, wholeMonthlyUsd: 0, unknown: [unpriced.id] } });
    assert.match(statusLines(shown, createStyle(false)).join('\n'), /price unknown/);
    assert.match(resourceRow(view(shown), compute, unpriced, NOW).description, /price unknown$/);
    assert.match(platformRow(view(shown), NOW).description, /price unknown/);
  });
});
