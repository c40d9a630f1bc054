import assert from 'node:assert/strict';
import { LEFT } from '../../../src/core/status/left.ts';
import type { PlatformStatus } from '../../../src/core/status/platformStatus.ts';
import { platformRow } from '../../../src/vscode/model/platformRow.ts';
import { RowTree, type RowNode } from '../../../src/vscode/model/rowTree.ts';
import { statusBarText } from '../../../src/vscode/model/statusBarText.ts';
import { NOW, stage, status, view } from '../example.ts';

const gateway = { resource: 'nat/10.0.16.0-20', kind: 'AWS::EC2::NatGateway', title: 'NAT gateway for 10.0.16.0/20', monthlyUsd: 32.85 };
const LEFT_OVER = [
  { ...gateway, reason: 'no longer in the platform file' },
  { resource: 'access/me', kind: 'AWS::EKS::AccessEntry', title: 'Access of \u202eme', reason: 'could not be deleted' },
];
const having = (left?: PlatformStatus['left']): PlatformStatus => status([stage({ state: 'ready' })], left ? { left } : {});
const shown = (node: RowNode | undefined): readonly (readonly [string, string])[] =>
  (node?.children ?? []).map(({ row }) => [row.label, row.description]);

describe('what left platform.yml and still stands', () => {
  it('is the last group of its platform, with its price and why it still stands', () => {
    const tree = new RowTree(view(having(LEFT_OVER)), NOW, false);
    assert.deepEqual(shown(tree.root).at(-1), ['No longer in the platform file', '2 to delete · $33/mo']);
    assert.deepEqual(shown(tree.get(LEFT.id)), [
      ['NAT gateway for 10.0.16.0/20', 'to delete · $33/mo'],
      ['Access of \\u{202e}me', 'could not be deleted'],
    ]);
    assert.ok(tree.get(LEFT.id)?.row.flags.includes('canPreview'));
    const rehearsed = new RowTree(view({ ...having(LEFT_OVER), mode: 'rehearsal' }), NOW, false);
    assert.equal(rehearsed.get(LEFT.id)?.row.description, '2 to delete · would cost $33/mo');
  });

  it('keeps its platform from looking as if nothing were to do', () => {
    const row = platformRow(view(having(LEFT_OVER)), NOW);
    assert.match(row.description, / · ready · 2 to delete · /);
    assert.ok(row.flags.includes('canPreview') && row.flags.includes('canApply'));
    assert.match(statusBarText(view(having(LEFT_OVER))), /changes to apply/);
  });

  it('comes and goes as a redraw of its platform, and is shown among what needs attention', () => {
    const tree = new RowTree(view(having()), NOW, true);
    assert.deepEqual(shown(tree.root), []);
    const drawn = tree.update(view(having(LEFT_OVER)), NOW, true);
    assert.ok(drawn.includes(tree.root));
    assert.equal(tree.root.children.length, 1);
    tree.update(view(having([])), NOW, true);
    assert.equal(tree.get(LEFT.id), undefined);
  });
});
