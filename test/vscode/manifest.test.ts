import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { COMMAND_IDS } from '../../src/vscode/commandIds.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly viewsWelcome: readonly { readonly contents: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  };
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] };
    readonly virtualWorkspaces: boolean;
  };
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;
const contributed = manifest.contributes.commands.map(({ command }) => command);
const sources = ['row.ts', 'stageRows.ts', 'objectRow.ts', 'platformRow.ts']
  .map((file) => readFileSync(new URL(`../../src/vscode/model/${file}`, import.meta.url), 'utf8'))
  .join('\n');

const [T, P, S, I] = ['isWorkspaceTrusted', 'slipway.platforms > 0', 'slipway.session == connected', 'slipway.run == idle'] as const;

/** The enablement column of face.md section 3; commands that it gives none are always on. */
const ENABLEMENT: Readonly<Record<string, string>> = {
  createPlatform: T,
  rehearse: T,
  openSample: T,
  breakSomething: 'slipway.mode == rehearsal',
  resetRehearsal: 'slipway.mode == rehearsal',
  connect: `${T} && ${P}`,
  signIn: 'slipway.session == signedOut',
  refresh: `${T} && ${P}`,
  plan: S,
  applyAll: `${S} && ${I}`,
  applyTo: `${S} && ${I}`,
  cancel: 'slipway.run == running',
  continue: 'slipway.run == interrupted && slipway.session != signedOut',
  retry: `${S} && ${I}`,
  enterSecrets: `${T} && ${P}`,
  liveYaml: S,
  diffLive: S,
  logs: S,
  restart: `${S} && ${I}`,
  destroyStage: `${S} && ${I}`,
  destroyAll: `${S} && ${I}`,
  commands: P,
  attention: P,
  attentionOff: P,
};
/** Given without a row they look at no row. */
const NEVER_ON_A_ROW = ['createPlatform', 'rehearse', 'openSample'];

describe('the manifest', () => {
  it('enables each command where the contract does; on a row its flags alone decide', () => {
    const written = manifest.contributes.commands.map(({ command, enablement }) => [command.slice('slipway.'.length), enablement] as const);
    const wanted = COMMAND_IDS.map((id) => {
      const enablement = ENABLEMENT[id];
      return [id, enablement === undefined || NEVER_ON_A_ROW.includes(id) ? enablement : `${enablement} || viewItem`] as const;
    });
    assert.deepEqual(new Map(written), new Map(wanted));
  });

  it('contributes the commands that are registered, and no other', () => {
    assert.deepEqual(contributed.toSorted(), COMMAND_IDS.map((id) => `slipway.${id}`).toSorted());
  });

  it('names each command in Title Case, in the category Slipway', () => {
    for (const { title, category } of manifest.contributes.commands) {
      assert.equal(category, 'Slipway');
      for (const word of title.split(' ')) assert.match(word, /^(?:[A-Z].*|to|in|an|with|platform\.yml)$/, title);
    }
  });

  it('offers only commands that exist, by flags that rows set', () => {
    for (const { command, when } of Object.values(manifest.contributes.menus).flat()) {
      assert.ok(contributed.includes(command), command);
      const flag = /viewItem =~ \/;(\w+);\//.exec(when ?? '')?.[1];
      if (flag !== undefined) assert.ok(sources.split(`'${flag}'`).length > 2, `no row sets ${flag}`);
    }
  });

  it('never destroys from a row’s inline buttons', () => {
    const destroys = (manifest.contributes.menus['view/item/context'] ?? []).filter(({ command }) => command.startsWith('slipway.destroy'));
    assert.equal(destroys.length, 2);
    for (const item of destroys) assert.match(JSON.stringify(item), /"group":"9_destroy/);
  });

  it('keeps commands that need a row out of the palette', () => {
    const hidden = (manifest.contributes.menus['commandPalette'] ?? [])
      .filter(({ when }) => when === 'false')
      .map(({ command }) => command.slice('slipway.'.length));
    const ofRows = ['copyArn', 'copyId', 'destroyStage', 'fix', 'openConsole', 'openManifest', 'openSource', 'openUrl', 'retry'];
    const ofObjects = ['diffLive', 'liveYaml', 'logs', 'restart'];
    assert.deepEqual(hidden.toSorted(), [...ofRows, ...ofObjects].toSorted());
  });

  it('links only to commands that exist from its welcome texts', () => {
    const links = manifest.contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/command:([\w.]+)/g)].map(([, command]) => command ?? ''),
    );
    assert.ok(links.length >= 6);
    for (const link of links.filter((command) => command.startsWith('slipway.'))) assert.ok(contributed.includes(link), link);
  });

  it('is limited where the workspace is not trusted, and lets no workspace set what is run or reached', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.deepEqual([untrustedWorkspaces.supported, virtualWorkspaces], ['limited', false]);
    const settings = manifest.contributes.configuration.properties;
    assert.deepEqual(untrustedWorkspaces.restrictedConfigurations.toSorted(), Object.keys(settings).toSorted());
    for (const name of ['endpoint', 'allowCustomEndpoint', 'kubeconfig', 'context', 'helm.path', 'rehearsal'])
      assert.equal(settings[`slipway.${name}`]?.scope, 'machine', name);
  });

  it('claims the VS Code whose types it is checked against', () => {
    assert.equal(`^${manifest.devDependencies['@types/vscode']}`, manifest.engines.vscode);
  });
});
