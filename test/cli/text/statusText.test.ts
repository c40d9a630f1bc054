import assert from 'node:assert/strict';
import { statusLines } from '../../../src/cli/text/statusText.ts';
import { createStyle } from '../../../src/cli/text/style.ts';
import { resource, stage, status } from '../../vscode/example.ts';

describe('status as text', () => {
  const uid = 'b7c3a5de-0000-4000-8000-000000000000';
  const start = { line: 12, column: 1 };
  const lines = (...resources: Parameters<typeof resource>[0][]): string => {
    const shown = status([stage({ resources: resources.map(resource) })]);
    return statusLines(shown, createStyle(false)).join('\n');
  };

  it('tells of an object of a manifest where it is written, not what the cluster numbers it', () => {
    const file = `${status().platform.file.replace(/[^/]*$/, '')}kafka/broker.yml`;
    const told = lines({ title: 'Deployment kafka/broker', physicalId: uid, source: { file, start, end: start } });
    assert.match(told, /Deployment kafka\/broker .*kafka\/broker\.yml:12/);
    assert.ok(!told.includes(uid));
  });

  it('tells of everything else its id', () => {
    assert.match(lines({ title: 'VPC', physicalId: 'vpc-1' }), /VPC .*vpc-1/);
  });
});
