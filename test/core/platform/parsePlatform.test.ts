import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { formats } from '../../../src/core/platform/formats.ts';
import { parsePlatform } from '../../../src/core/platform/parsePlatform.ts';
import { kebab } from '../../../src/core/platform/words.ts';
import { marked, textAt } from './marked.ts';
import { problems } from './problems.ts';

const file = '/work/platform.yml';
const sound = 'name: cauchy\nregion: us-west-2\n';
const root = new URL('../../../', import.meta.url);

describe('parsePlatform', () => {
  it('reads the sample without an error or a warning', () => {
    const { spec, findings } = parsePlatform(readFileSync(new URL('manifests/platform.yml', root), 'utf8'), file);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['platform.endpoint-open'],
    );
    assert.equal(spec?.domain, 'cauchy.link');
    assert.equal(spec.manifests, '.');
  });

  it('reads what the sample has commented out', () => {
    const sample = readFileSync(new URL('manifests/platform.yml', root), 'utf8');
    const lines = sample
      .split('\n')
      .map((line) =>
        /^# +(account|tags|team|network|cidr|zones|natGateways|s3Endpoint|public|private|cluster|version|endpoint|admins|compute|instanceTypes|capacity|min|desired|max|tls|email|issuer|stages|sentry|mlflow):/.test(
          line,
        )
          ? line.slice(2)
          : line,
      );
    const { spec, findings } = parsePlatform(lines.join('\n'), file);
    assert.deepEqual(
      findings.filter(({ severity }) => severity !== 'information'),
      [],
    );
    assert.deepEqual(
      { ...spec, account: undefined, tags: {}, tls: undefined, stages: {}, compute: { ...spec?.compute, desiredWritten: false } },
      { ...parsePlatform(sample, file).spec, account: undefined, tls: undefined },
    );
    assert.equal(spec?.account, '123456789012');
    assert.deepEqual(spec.tls, { email: 'ops@cauchy.link', issuer: 'letsencrypt-staging' });
    assert.deepEqual(Object.keys(spec.stages), ['sentry', 'mlflow']);
  });

  describe('problems', () => {
    for (const { code, yaml, whole, severity = 'error', fixed, says } of problems) {
      it(`${code}: ${JSON.stringify(yaml.length > 80 ? `${yaml.slice(0, 80)}…` : yaml)}`, () => {
        const { text, range } = marked(whole ? yaml : sound + yaml, file);
        const { spec, findings } = parsePlatform(text, file);
        const found = findings.find((finding) => finding.code === code && JSON.stringify(finding.range) === JSON.stringify(range));
        assert.ok(found, JSON.stringify(findings, undefined, 1));
        assert.equal(found.severity, severity);
        assert.match(found.message, /^[^\n]+[.?]$/);
        if (says !== undefined) assert.ok(found.message.includes(says), found.message);
        assert.equal(
          spec === undefined,
          findings.some((finding) => finding.severity === 'error'),
        );
        assert.deepEqual(found.fix?.edits, fixed === undefined ? found.fix && [] : [{ range, newText: fixed }]);
        if (fixed !== undefined && range !== undefined) {
          const after = parsePlatform(text.replace(textAt(text, range), fixed), file);
          assert.ok(
            !after.findings.some((finding) => finding.code === code && finding.severity === 'error'),
            JSON.stringify(after.findings),
          );
        }
      });
    }

    it('are all tried', () => {
      const folder = new URL('src/core/platform/', root);
      const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
      const text = sources.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
      const literal = [...text.matchAll(/'(platform\.[a-z-]+)'/g)].map(([, code]) => code);
      const ofFormats = Object.keys(formats).map((name) => `platform.${kebab(name)}`);
      const tried = new Set<string | undefined>([
        'platform.yml',
        ...problems.map(({ code }) => code),
        'platform.aliases',
        'platform.too-large',
      ]);
      assert.deepEqual(
        [...new Set([...literal, ...ofFormats])].filter((code) => !tried.has(code)),
        [],
      );
    });
  });
});
