import assert from 'node:assert/strict';
import type { Json } from '../../src/core/graph/resource.ts';
import { readManifest, rememberingReader } from '../../src/manifests/documents.ts';
import { at } from '../../src/manifests/json.ts';
import { objectId } from '../../src/manifests/objectKey.ts';
import { manifest, read, told } from './texts.ts';

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';
const data = (text: string): Json | undefined => at(read(`${head}data: { value: ${text} }\n`).objects[0]?.json, 'data', 'value');
const codes = (text: string, named = false): readonly string[] => read(text, named).findings.map(told);

describe('documents of manifests', () => {
  describe('read scalars as kubectl does', () => {
    const cases: readonly (readonly [text: string, value: Json])[] = [
      ['on', true],
      ['Off', false],
      ['y', true],
      ['NO', false],
      ['"yes"', 'yes'],
      ['0777', 511],
      ['0o17', 15],
      ['0b101', 5],
      ['0x1F', 31],
      ['-0x10', -16],
      ['-0', 0],
      ['08', 8],
      ['1_000', 1000],
      ['22:22', '22:22'],
      ['2020-01-01', '2020-01-01'],
      ['1e3', 1000],
      ['.5', 0.5],
      ['1.10', 1.1],
      ['1.2.3', '1.2.3'],
      ['~', null],
      ['Null', null],
      ['nULL', 'nULL'],
      ['!!str 0777', '0777'],
      ['256Mi', '256Mi'],
    ];
    for (const [text, value] of cases) it(`${text} is ${JSON.stringify(value)}`, () => assert.deepEqual(data(text), value));

    it('a number that JSON would change is told, not changed', () => {
      assert.deepEqual(codes(`${head}data: { value: 123456789012345678 }\n`), ['manifest.number 4:16-4:34']);
      assert.deepEqual(codes(`${head}data: { value: .inf }\n`), ['manifest.number 4:16-4:20']);
    });

    it('keys are text', () => {
      const [object] = read(`${head}data: { on: a, 0777: b, 1.5: c }\n`).objects;
      assert.deepEqual(at(object?.json, 'data'), { true: 'a', 511: 'b', '1.5': 'c' });
    });

    it('a key named __proto__ is a key', () => {
      const [object] = read(`${head}data: { __proto__: { polluted: "yes" } }\n`).objects;
      assert.deepEqual(Object.keys(at(object?.json, 'data') ?? {}), ['__proto__']);
      assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    });
  });

  it('several documents: empty ones, comments, CRLF, a byte order mark, no final newline', () => {
    const text = `\ufeff---\r\n# only a comment\r\n---\r\n${head.replaceAll('\n', '\r\n')}--- # again\r\napiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: b`;
    const { objects, findings } = read(text);
    assert.deepEqual(findings, []);
    assert.deepEqual(
      objects.map(({ key }) => objectId(key)),
      ['ConfigMap/a', 'Namespace/b'],
    );
    const [, second] = objects;
    assert.deepEqual(second?.source.rangeOf(['metadata', 'name']), {
      file: '/platform/a.yml',
      start: { line: 11, column: 9 },
      end: { line: 11, column: 10 },
    });
    assert.deepEqual(second.source.range.start, { line: 8, column: 1 });
  });

  it('a list gives its items, each with its own ranges', () => {
    const { objects } = read(
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: { name: a }\n- apiVersion: v1\n  kind: Secret\n  metadata: { name: b }\n',
    );
    assert.deepEqual(
      objects.map(({ key, source }) => [objectId(key), source.range.start.line, source.rangeOf(['metadata', 'name']).start.line]),
      [
        ['ConfigMap/a', 4, 6],
        ['Secret/b', 7, 9],
      ],
    );
  });

  it('JSON is read as well, tabs and all', () => {
    const { objects, findings } = read(
      '{\n\t"apiVersion": "v1",\n\t"kind": "Secret",\n\t"metadata": {"name": "a", "annotations": {"a/b": "c\\/d"}}\n}',
    );
    assert.deepEqual(findings, []);
    assert.equal(at(objects[0]?.json, 'metadata', 'annotations', 'a/b'), 'c/d');
  });

  it('anchors, aliases and merge keys stand for what they name, and have the range of where they are used', () => {
    const [object] = read(`${head}data: &d { a: "1", b: "2" }\nmore: *d\nmerged: { <<: [*d, { c: "3", a: "9" }], b: own }\n`).objects;
    assert.deepEqual(at(object?.json, 'more'), { a: '1', b: '2' });
    assert.deepEqual(at(object?.json, 'merged'), { b: 'own', a: '1', c: '3' });
    assert.equal(object?.source.rangeOf(['more', 'a']).start.line, 4);
    assert.equal(object.source.rangeOf(['more']).start.line, 5);
  });

  it('the range of what is not written is that of its nearest ancestor', () => {
    const [object] = read(`${head}data: { a: "1" }\n`).objects;
    assert.deepEqual(object?.source.rangeOf(['data', 'b', 0]), object?.source.rangeOf(['data']));
  });

  describe('are findings where they are no objects', () => {
    const cases: readonly (readonly [name: string, text: string, told: readonly string[]])[] = [
      ['a tab', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n', ['manifest.syntax 4:1-4:2']],
      ['an open quote', `${head}data: { a: "x }\nb: c\n`, ['manifest.syntax 6:1-6:1']],
      ['an unknown tag', `${head}data: !Ref x\n`, ['manifest.syntax 4:7-4:11']],
      [
        'a key twice',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\nmetadata: { name: b }\n',
        ['manifest.duplicate-key 4:1-4:9'],
      ],
      ['an alias of nothing', `${head}data: *x\n`, ['manifest.alias 4:7-4:9']],
      ['an alias of itself', `${head}data: &x [*x]\n`, ['manifest.alias 4:11-4:13']],
      ['a merge of a text', `${head}data: { <<: x }\n`, ['manifest.merge 4:9-4:11']],
      ['a mapping as a key', `${head}data: { { a: b }: c }\n`, ['manifest.key 4:9-4:17']],
      ['a text', `${head}---\nhello\n`, ['manifest.no-object 5:1-5:6']],
      ['no kind', `${head}---\napiVersion: v1\n`, ['manifest.incomplete 5:1-5:15']],
      ['a document without its ---', `${head}...\n${head}`, ['manifest.syntax 5:1-5:15']],
      ['no name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n', ['manifest.no-name 3:11-3:13']],
      ['a number as a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: 123 }\n', ['manifest.no-name 3:11-3:24']],
      ['generateName', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { generateName: a- }\n', ['manifest.generate-name 3:27-3:29']],
      ['capitals in a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Abc }\n', ['manifest.name 3:19-3:22']],
      ['a path in a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ../x }\n', ['manifest.name 3:19-3:23']],
      ['a path in a version', 'apiVersion: ../v1\nkind: ConfigMap\nmetadata: { name: a }\n', ['manifest.name 1:13-1:18']],
      ['a version without its group', 'apiVersion: /v1\nkind: ConfigMap\nmetadata: { name: a }\n', ['manifest.name 1:13-1:16']],
      ['a path in a kind', 'apiVersion: v1\nkind: a/b\nmetadata: { name: a }\n', ['manifest.name 2:7-2:10']],
      ['a dot in a namespace', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: b.c }\n', ['manifest.name 3:33-3:36']],
    ];
    for (const [name, text, expected] of cases) {
      it(name, () => {
        assert.deepEqual(codes(text), expected);
      });
    }

    it('names of roles may be almost anything', () => {
      assert.deepEqual(codes('apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: "system:Node_x" }\n'), []);
    });

    it('an error in one document leaves the others', () => {
      const { objects, findings } = read(`${head}---\na: [\n---\n${head.replace('name: a', 'name: b')}`);
      assert.deepEqual(
        objects.map(({ key }) => key.name),
        ['a', 'b'],
      );
      assert.equal(findings.length > 0 && findings.every(({ code }) => code === 'manifest.syntax'), true);
    });

    it('and never quote more of the text than the token', () => {
      const { findings } = read(
        `${head}data: { password: "canary-1", password: "canary-2", [canary-3 }\n---\n${head}canary-4: *canary-5\n`,
      );
      assert.ok(findings.length > 1);
      for (const { message } of findings) assert.doesNotMatch(message, /canary-[1234]/);
      assert.match(findings.at(-1)?.message ?? '', /\*canary-5/, 'the search can find one');
    });
  });

  describe('that are no manifests', () => {
    it('give nothing: values of Helm, a workflow of GitHub', () => {
      assert.deepEqual(read('replicas: 2\nimage: { tag: x }\n'), { objects: [], findings: [] });
      assert.deepEqual(read('on: push\njobs: {}\n---\nkind: x\n'), { objects: [], findings: [] });
    });

    it('are findings where a person names the file itself', () => {
      assert.deepEqual(codes('replicas: 2\n', true), ['manifest.incomplete 1:1-1:12']);
    });

    it('a kustomization and a kubeconfig are told and left out', () => {
      const { objects, findings } = read(
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yml]\n---\napiVersion: v1\nkind: Config\nusers: []\n',
      );
      assert.deepEqual(objects, []);
      assert.deepEqual(
        findings.map(({ code, severity }) => [code, severity]),
        [
          ['manifest.local', 'information'],
          ['manifest.local', 'information'],
        ],
      );
    });
  });

  describe('of a hostile file', () => {
    it('end at 256 levels, before the parser', () => {
      assert.deepEqual(codes('['.repeat(100_000)), ['manifest.nesting 1:257-1:258']);
      assert.deepEqual(codes('- '.repeat(100_000)).length, 1);
    });

    it('do not grow by aliases', () => {
      const lines = 'bcdefghijklmn'.split('').map(
        (name, index) =>
          `${name}: &${name} [${Array(10)
            .fill(`*${'abcdefghijklmn'[index] ?? ''}`)
            .join()}]`,
      );
      assert.deepEqual(
        read(`a: &a [x, x]\n${lines.join('\n')}\n${head}`).findings.map(({ code }) => code),
        ['manifest.alias'],
      );
    });

    it('have at most a hundred findings and ten thousand documents', () => {
      assert.equal(read(`${head}---\n`.replace('a }', 'A }').repeat(300)).findings.length, 100);
      assert.deepEqual(codes('---\n'.repeat(20_000)), ['manifest.too-large 1:1-1:1']);
    });

    it('are not read beyond 5 MB', () => {
      assert.deepEqual(codes(`#${'x'.repeat(5 * 1024 * 1024)}\n${head}`), ['manifest.too-large 1:1-1:1']);
    });
  });

  it('are parsed again only when the text has changed', () => {
    const remembering = rememberingReader();
    const first = remembering(manifest(head));
    assert.equal(remembering(manifest(head)), first);
    assert.notEqual(remembering(manifest(`${head}data: {}\n`)), first);
    assert.deepEqual(readManifest(manifest(head)).objects[0]?.json, first.objects[0]?.json);
  });
});
