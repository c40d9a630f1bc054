import * as vscode from 'vscode';
import type { ResourceStatus } from '../core/status/platformStatus.ts';
import { announceEnd } from './announce.ts';
import { chooseFolder } from './chooseFolder.ts';
import type { CommandId } from './commandIds.ts';
import type { Handlers, Target } from './commands.ts';
import type { Desk } from './desk.ts';
import { chooseAccount } from './flows/accountFlow.ts';
import { copySample, createPlatform } from './flows/createFlow.ts';
import { chooseFix } from './flows/fixFlow.ts';
import { chooseUrl, compareWithLive, restartWorkload, viewLiveYaml } from './flows/objectFlow.ts';
import { breakSomething, resetRehearsal } from './flows/rehearsalFlow.ts';
import { planAndRun, previewPlan } from './flows/runFlow.ts';
import { enterSecrets } from './flows/secretsFlow.ts';
import { consoleUrl } from './model/consoleUrl.ts';
import { failureCard } from './model/failureCard.ts';
import { addressed, sourcePaths } from './model/rowAddress.ts';
import { arnOf } from './model/stageRows.ts';
import { runToRepeat } from './model/platformView.ts';
import { whatNext } from './model/whatNext.ts';
import type { Platform } from './platform.ts';
import { rangeOf } from './problems.ts';

/** What each command does. Whoever is not given a row means the platform last selected. */
export function createHandlers(desk: Desk): Handlers {
  const { dialogs, platforms, log } = desk;
  const platformOf = (target: Target | undefined): Platform => {
    const platform = target ? platforms.get(target.platform) : platforms.selected;
    if (!platform) throw new Error('There is no platform here yet. Create one, or rehearse without an account.');
    return platform;
  };
  const aim = (target: Target | undefined): ReturnType<typeof addressed> & { platform: Platform } => {
    const platform = platformOf(target);
    return { platform, ...addressed(platform.model.view.status, target?.path ?? '') };
  };
  const run = async (platform: Platform, verb: 'apply' | 'destroy', stages?: readonly string[]): Promise<void> => {
    const started = desk.clock.now();
    const outcome = await planAndRun(platform, dialogs, verb, stages);
    if (outcome) announceEnd(desk, platform, { verb, stages, seconds: (desk.clock.now() - started) / 1000 }, outcome);
  };
  const stageAt = async (target: Target | undefined): Promise<{ platform: Platform; stage: string } | undefined> => {
    const { platform, stage } = aim(target);
    if (stage) return { platform, stage: stage.id };
    const stages = platform.model.view.status?.stages ?? [];
    const chosen = await dialogs.choose(
      'Which stage?',
      stages.map(({ id, title, state }) => ({ label: title, description: state, value: id })),
    );
    return chosen === undefined ? undefined : { platform, stage: chosen };
  };
  const follow = async (command: CommandId | undefined, target: Target | undefined): Promise<void> => {
    if (command) await vscode.commands.executeCommand(`slipway.${command}`, target);
  };
  const withObject = async (target: Target | undefined, work: (platform: Platform, resource: ResourceStatus) => Promise<void>) => {
    const { platform, resource } = aim(target);
    if (!resource) throw new Error('It is no longer part of this platform.');
    await work(platform, resource);
  };
  const openSource = async (target: Target | undefined): Promise<void> => {
    const { platform, stage, resource } = aim(target);
    const written = resource?.source;
    const { range } = written ? { range: { ...written, end: written.start } } : await platform.locate(sourcePaths({ stage, resource }));
    const selection = range && rangeOf(range);
    await vscode.window.showTextDocument(vscode.Uri.file(written?.file ?? platform.file), {
      preview: true,
      preserveFocus: true,
      ...(selection ? { selection } : {}),
    });
  };
  const copy = async (text: string | undefined): Promise<void> => {
    if (text === undefined) return;
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage('Slipway: copied', 2_000);
  };

  return {
    async next(target) {
      const choices = whatNext(platforms.selected?.model.view).map(({ label, why, command }) => ({
        label,
        description: why,
        value: command,
      }));
      await follow(await dialogs.choose('What next?', choices), target);
    },
    async createPlatform() {
      const folder = await chooseFolder(dialogs);
      const file = folder === undefined ? undefined : await createPlatform(desk.sample.source, folder, dialogs);
      if (file !== undefined) await openWritten(desk, file);
    },
    async openSample() {
      const folder = await chooseFolder(dialogs);
      const file = folder === undefined ? undefined : await copySample(desk.sample.source, folder, dialogs);
      if (file !== undefined) await openWritten(desk, file);
    },
    rehearse: () => desk.rehearse(),
    async breakSomething(target) {
      // What the last run said ("Try a failure?") is answered.
      desk.treeView.view.message = '';
      await breakSomething(platformOf(target), dialogs);
    },
    async resetRehearsal(target) {
      if (await resetRehearsal(platformOf(target), dialogs)) desk.treeView.view.message = '';
    },
    async connect(target) {
      const platform = platformOf(target);
      const account = await chooseAccount(platform, dialogs);
      if (account) await desk.connect(platform, account);
    },
    signIn: (target) => desk.signIn(platformOf(target)),
    async refresh(target) {
      const platform = platformOf(target);
      if (platform.model.view.session === 'notConnected') await platform.readFile();
      else await dialogs.busy(`Looking at ${platform.name}`, () => platform.look());
    },
    plan: (target) => previewPlan(platformOf(target), dialogs),
    applyAll: (target) => run(platformOf(target), 'apply'),
    async applyTo(target) {
      const chosen = await stageAt(target);
      if (chosen) await run(chosen.platform, 'apply', [chosen.stage]);
    },
    cancel: (target) => platformOf(target).cancel(),
    async continue(target) {
      const platform = platformOf(target);
      const { verb, stages } = runToRepeat(platform.model.view);
      await run(platform, verb, stages);
    },
    // A row's own: that stage, and what it requires or what requires it. The platform's: all that was begun.
    retry(target) {
      const { platform, stage } = aim(target);
      const { verb, stages } = runToRepeat(platform.model.view, stage?.id);
      return run(platform, verb, stages);
    },
    async fix(target) {
      const { platform, stage, resource } = aim(target);
      const card = failureCard(platform.model.view, { stage, resource });
      const failed = [card.stage, card.resource].filter((part) => part !== undefined).join('/');
      const chosen = await chooseFix(platform, dialogs, { stage, resource });
      const isOfCulprit = chosen === 'openSource' || chosen === 'logs';
      await follow(chosen, { platform: platform.key, path: isOfCulprit ? failed : (target?.path ?? '') });
    },
    async destroyStage(target) {
      const chosen = await stageAt(target);
      if (chosen) await run(chosen.platform, 'destroy', [chosen.stage]);
    },
    destroyAll: (target) => run(platformOf(target), 'destroy'),
    log: () => log.show(),
    async commands(target) {
      const { platform, stage } = aim(target);
      const lines = await dialogs.busy('Collecting commands', () => platform.ask('commands', stage ? { stages: [stage.id] } : {}));
      await dialogs.show(`Commands for ${stage?.title ?? platform.name}`, `${lines.join('\n')}\n`);
    },
    async openConsole(target) {
      const { platform, resource } = aim(target);
      const { status } = platform.model.view;
      const url = resource && status ? consoleUrl(resource, status.platform) : undefined;
      if (url !== undefined) await vscode.env.openExternal(vscode.Uri.parse(url, true));
    },
    copyId: (target) => copy(aim(target).resource?.physicalId),
    copyArn(target) {
      const { resource } = aim(target);
      return copy(resource && arnOf(resource));
    },
    openSource,
    openManifest: openSource,
    async enterSecrets(target) {
      const { platform, stage, resource } = aim(target);
      if (await enterSecrets(platform, dialogs, { stage, resource })) await follow('applyAll', { platform: platform.key, path: '' });
    },
    async openUrl(target) {
      const { platform, stage, resource } = aim(target);
      const url = await chooseUrl(platform, dialogs, { stage, resource });
      if (url !== undefined) await vscode.env.openExternal(vscode.Uri.parse(url, true));
    },
    liveYaml: (target) => withObject(target, (platform, resource) => viewLiveYaml(platform, dialogs, resource)),
    diffLive: (target) => withObject(target, (platform, resource) => compareWithLive(platform, dialogs, resource)),
    logs: (target) => withObject(target, (platform, { id, title }) => desk.logs.follow(platform, id, title)),
    restart: (target) => withObject(target, (platform, resource) => restartWorkload(platform, dialogs, resource)),
    attention: () => desk.showOnlyAttention(true),
    attentionOff: () => desk.showOnlyAttention(false),
  };
}

async function openWritten(desk: Desk, file: string): Promise<void> {
  const uri = vscode.Uri.file(file);
  if (vscode.workspace.getWorkspaceFolder(uri)) {
    await vscode.window.showTextDocument(uri);
    await desk.discover();
  } else {
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.joinPath(uri, '..'));
  }
}
