import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { actionsInSource, policyFor, withDependent, type PolicyDocument } from './policyDocument.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = `${root}resources/iam-policy.json`;

describe('resources/iam-policy.json', () => {
  const needed = withDependent(actionsInSource(`${root}src`));

  before(() => {
    if (process.env['UPDATE_POLICY'] === '1') writeFileSync(file, `${JSON.stringify(policyFor(needed), null, 2)}\n`);
  });

  it('allows every operation that the product sends, and nothing else (make it anew with UPDATE_POLICY=1)', () => {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as PolicyDocument;
    const allowed = new Set(kept.Statement.flatMap((statement) => statement.Action));
    assert.deepEqual(
      needed.filter((action) => !allowed.has(action)),
      [],
      'operations that are sent and not allowed',
    );
    assert.deepEqual(
      [...allowed].filter((action) => !needed.includes(action)),
      [],
      'actions that are allowed and never sent',
    );
  });

  it('was collected from a source that sends something of each service', () => {
    for (const action of ['ec2:CreateVpc', 'eks:CreateCluster', 'iam:CreateRole', 'sts:GetCallerIdentity'])
      assert.ok(needed.includes(action), action);
  });

  it('fits into one managed policy', () => {
    // IAM quota: 6,144 characters without white space.
    assert.ok(JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))).length <= 6_144);
  });
});
