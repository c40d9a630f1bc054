import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openPlatformFile } from '../../src/runner/platformFile.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const HEAD = 'name: cauchy\nregion: us-west-2\nmanifests: .\n';
const CHART = 'apiVersion: v2\nname: x\nversion: 1.0.0\n';
const OWN = 'stages:\n  own: { namespace: own, ';

/** Every key that names something on disk: how it is written, and a file that makes sense of it. */
const KEYS: Readonly<Record<string, { readonly yaml: (path: string) => string; readonly file: readonly [name: string, text: string] }>> = {
  manifests: { yaml: (path) => HEAD.replace('manifests: .', `manifests: ${path}`), file: ['kafka/x.yml', 'a: 1\n'] },
  'stages.own.manifests': { yaml: (path) => `${HEAD}${OWN}manifests: ${path} }\n`, file: ['x.yml', 'a: 1\n'] },
  'stages.own.chart': { yaml: (path) => `${HEAD}${OWN}chart: ${path} }\n`, file: ['Chart.yaml', CHART] },
  'stages.own.values': {
    yaml: (path) => `${HEAD}${OWN}chart: oci://registry.example/x/y, values: [${path}] }\n`,
    file: ['values.yml', 'a: 1\n'],
  },
};

/** Errors of a platform whose key names `path`, made by `make` in the folder of platform.yml, beside a folder that is none of its. */
async function errorsOf(yaml: string, make: (home: string, outside: string) => void): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  const [home, outside] = [join(folder.path, 'home'), join(folder.path, 'outside')];
  for (const each of [home, outside]) mkdirSync(each);
  writeFileSync(join(home, 'platform.yml'), yaml);
  make(home, outside);
  const { spec, findings } = await openPlatformFile(join(home, 'platform.yml'));
  const errors = findings.filter(({ severity }) => severity === 'error');
  assert.equal(spec === undefined, errors.length > 0, 'with an error there is nothing to apply');
  assert.doesNotMatch(JSON.stringify(findings), /canary/);
  return errors.map(({ code }) => code);
}

const write = (folder: string, [name, text]: readonly [string, string]): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};

describe('each key that names something on disk', function () {
  this.timeout(30_000);

  for (const [key, { yaml, file }] of Object.entries(KEYS)) {
    const [name] = file;
    const isFile = key.endsWith('values');
    const target = isFile ? `here/${name}` : 'here';
    describe(key, () => {
      it('takes what lies inside', async () => {
        assert.deepEqual(await errorsOf(yaml(target), (home) => write(join(home, 'here'), file)), []);
      });

      it('takes no path that leads out, no absolute one, none that begins with a dash', async () => {
        for (const path of ['../outside', 'here/../../outside', '/etc', '"~/x"', '"-x"', 'file:///etc']) {
          const errors = await errorsOf(yaml(path), (home, outside) => [home, outside].forEach((each) => write(each, file)));
          assert.notDeepEqual(errors, [], path);
        }
      });

      it('takes no link that leads out', async () => {
        const errors = await errorsOf(yaml(target), (home, outside) => {
          write(outside, [name, 'canary: canary\n']);
          if (isFile) mkdirSync(join(home, 'here'));
          symlinkSync(isFile ? join(outside, name) : outside, join(home, target));
        });
        assert.notDeepEqual(errors, []);
      });

      it('takes no link among its files that leads out', async () => {
        const errors = await errorsOf(yaml(isFile ? 'here/inner/values.yml' : 'here'), (home, outside) => {
          write(join(home, 'here'), file);
          write(outside, ['values.yml', 'canary: canary\n']);
          symlinkSync(outside, join(home, 'here', key === 'manifests' ? 'minio' : 'inner'));
        });
        assert.notDeepEqual(errors, []);
      });

      it('waits for no FIFO', async () => {
        const errors = await errorsOf(yaml(target), (home) => {
          mkdirSync(dirname(join(home, target)), { recursive: true });
          execFileSync('mkfifo', [join(home, target)]);
        });
        assert.notDeepEqual(errors, []);
      });

      it('reads no file over 5 MB', async () => {
        const errors = await errorsOf(yaml(target), (home) => {
          write(join(home, 'here'), file);
          const large = key.endsWith('chart') ? 'crds.yml' : name;
          write(join(home, 'here'), [large, '']);
          truncateSync(join(home, 'here', large), 5 * 1024 * 1024 + 1);
        });
        assert.notDeepEqual(errors, []);
      });
    });
  }
});

describe('values of a chart', () => {
  const errorsIn = (text: string): Promise<readonly string[]> =>
    errorsOf(`${HEAD}${OWN}chart: oci://registry.example/x/y, values: [values.yml] }\n`, (home) => write(home, ['values.yml', text]));

  it('end at 256 levels, before the parser', async () => {
    assert.deepEqual(await errorsIn('['.repeat(5_000)), ['chart.values']);
  });

  it('do not grow by aliases', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 10 }, () => `*a${n}`).join(', ')}]\n`,
    );
    assert.deepEqual(await errorsIn(`a0: &a0 [x]\n${levels.join('')}`), ['chart.values']);
  });
});
