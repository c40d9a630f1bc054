// The real engines: what they are, where they are kept (by version, outside the tree) and how they are built, once.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCache } from '../../tools/paths.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = process.env.SLIPWAY_ENGINES ?? path.join(userCache, 'slipway-engines');

const goEnvironment = { ...process.env, CGO_ENABLED: '0' };
// clients see v0.0.0 without these
const kubernetesVersion = {
  gitVersion: 'v1.36.3',
  gitMajor: '1',
  gitMinor: '36',
  gitTreeState: 'clean',
  gitCommit: 'module',
  buildDate: '1970-01-01T00:00:00Z',
};
const kubernetesFlags = [
  '-s',
  '-w',
  ...Object.entries(kubernetesVersion).flatMap(([key, value]) => ['-X', `k8s.io/component-base/version.${key}=${value}`]),
].join(' ');

/** `go install` of a package at the engine's version, into the engine's own folder. */
const goInstall = (module, version) => (folder) =>
  execFileSync('go', ['install', '-trimpath', '-ldflags', '-s -w', `${module}@${version}`], {
    stdio: 'inherit',
    env: { ...goEnvironment, GOBIN: folder },
  });

/** Builds a module of ours that requires the real one and repeats its replacements: `go install` refuses those. */
function buildModule(name, flags, packages, output) {
  const work = mkdtempSync(path.join(tmpdir(), `slipway-${name}-`));
  try {
    cpSync(path.join(here, 'modules', name), work, { recursive: true });
    execFileSync('go', ['build', '-trimpath', '-ldflags', flags, '-o', output, ...packages], {
      cwd: work,
      stdio: 'inherit',
      env: goEnvironment,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export const engines = {
  kubernetes: {
    version: '1.36.3',
    needs: 'go',
    files: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
    build: (folder) =>
      buildModule(
        'kubernetes',
        kubernetesFlags,
        ['apiserver', 'controller-manager', 'scheduler'].map((name) => `k8s.io/kubernetes/cmd/kube-${name}`),
        `${folder}/`,
      ),
  },
  etcd: {
    version: '3.7.3',
    needs: 'go',
    files: ['etcd'],
    build: (folder) => buildModule('etcd', '-s -w', ['go.etcd.io/etcd/server/v3'], path.join(folder, 'etcd')),
  },
  kwok: {
    version: '0.8.0',
    needs: 'go',
    files: ['kwok'],
    build: goInstall('sigs.k8s.io/kwok/cmd/kwok', 'v0.8.0'),
  },
  helm4: { version: '4.3.1', needs: 'go', files: ['helm'], build: goInstall('helm.sh/helm/v4/cmd/helm', 'v4.3.1') },
  helm3: { version: '3.22.0', needs: 'go', files: ['helm'], build: goInstall('helm.sh/helm/v3/cmd/helm', 'v3.22.0') },
  // a test engine only: AGPL, never shipped
  minio: {
    version: '20260212',
    needs: 'go',
    files: ['minio'],
    build: goInstall('github.com/minio/minio', 'v0.0.0-20260212201848-7aac2a2c5b7c'),
  },
  moto: {
    version: '5.2.5',
    needs: 'python3',
    files: ['bin/moto_server'],
    build: (folder) => {
      // a virtual environment knows its own path: it is made where it stays
      execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
      execFileSync(
        path.join(folder, 'bin/pip'),
        ['install', '--quiet', '--disable-pip-version-check', 'moto[server]==5.2.5', 'boto3==1.44.5'],
        { stdio: 'inherit' },
      );
    },
  },
};

export const folderOf = (name) => path.join(cache, `${name}-${engines[name].version}`);
const isReady = (name) => existsSync(path.join(folderOf(name), '.ready'));
const has = (program) => spawnSync(program, [program === 'go' ? 'version' : '--version'], { stdio: 'ignore' }).status === 0;

/** Builds what is missing. Answers why an engine cannot be had, or `undefined` when it is there. */
export function provide(name) {
  if (isReady(name)) return undefined;
  const { needs, build, files } = engines[name];
  if (!has(needs)) return `${needs} is not on this machine`;
  const folder = folderOf(name);
  console.error(`slipway: building ${name} ${engines[name].version} (once) …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    build(folder);
  } catch (error) {
    return `it could not be built: ${error.message}`;
  }
  const missing = files.find((file) => !existsSync(path.join(folder, file)));
  if (missing) return `its build left no ${missing}`;
  writeFileSync(path.join(folder, '.ready'), '');
  return undefined;
}
