import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';

interface Meta {
  readonly host: {
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, { readonly bytes: number }>>;
  };
  readonly core: { readonly inputs: Readonly<Record<string, unknown>> };
}
const meta = JSON.parse(readFileSync('dist/meta.json', 'utf8')) as Meta;
const heavy = /node_modules\/(@aws-sdk|@smithy|@kubernetes)\/|src\/(aws|kubernetes|stages|rehearsal|runner\/session)/;

describe('the package', () => {
  it('loads no SDK and no provider into the extension host', () => {
    assert.ok(
      Object.keys(meta.core.inputs).some((file) => heavy.test(file)),
      'the search can find them where they are',
    );
    assert.deepEqual(
      Object.keys(meta.host.inputs).filter((file) => heavy.test(file)),
      [],
    );
  });

  it('is at most 1.5 MB', () => {
    const { size } = statSync('dist/slipway.vsix');
    assert.ok(size > 100_000, 'it holds something');
    assert.ok(size <= 1_500_000, `dist/slipway.vsix has ${size} bytes`);
  });

  it('answers an old Node in one sentence', () => {
    assert.match(readFileSync('dist/cli.js', 'utf8'), /use Node 22\.19 or newer/);
  });
});
