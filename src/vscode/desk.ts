import path from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent } from '../core/engine/events.ts';
import { isWatching, notify } from './announce.ts';
import { ContextKeyWriter } from './contextKeys.ts';
import type { Dialogs } from './dialogs.ts';
import { findPlatformFiles, isPlatform } from './discovery.ts';
import { askMfaCode, confirmIdentity, type Account } from './flows/accountFlow.ts';
import { confirmCluster, confirmProgram } from './flows/clusterFlow.ts';
import type { FollowedLogs } from './followedLogs.ts';
import { Forest } from './forest.ts';
import type { Log } from './log.ts';
import type { Cancel, Clock } from './model/clock.ts';
import { contextKeysOf } from './model/contextKeys.ts';
import { failureCard } from './model/failureCard.ts';
import type { Fold } from './model/platformModel.ts';
import { clockTime } from './model/wording.ts';
import { Memory } from './memory.ts';
import { Platform } from './platform.ts';
import { Platforms } from './platforms.ts';
import type { Problems } from './problems.ts';
import { RehearsedSample } from './rehearsedSample.ts';
import type { Runners } from './runners.ts';
import { sentenceOf } from './runnerTrouble.ts';
import { signInWithAws, WaitingSignIns } from './signIn.ts';
import { StatusBar } from './statusBar.ts';
import { TreeView, VIEW } from './treeView.ts';
import type { Validator } from './validator.ts';

export interface DeskParts {
  readonly context: vscode.ExtensionContext;
  readonly clock: Clock;
  readonly dialogs: Dialogs;
  readonly fold: Fold;
  readonly log: Log;
  readonly logs: FollowedLogs;
  readonly problems: Problems;
  readonly runners: Runners;
  readonly validator: Validator;
}

/** Milliseconds for which files have to rest before they are read: a checkout changes many. */
const SETTLING = 300;
const MANIFEST = /\.(ya?ml|tpl)$/;

/** Everything of this window in one place: what is open, where it is drawn, and what is remembered between two windows. */
export class Desk {
  readonly clock: Clock;
  readonly dialogs: Dialogs;
  readonly log: Log;
  /** Of workloads, as somebody follows them. */
  readonly logs: FollowedLogs;
  readonly platforms = new Platforms();
  readonly treeView: TreeView;
  readonly sample: RehearsedSample;
  readonly #parts: DeskParts;
  readonly #memory: Memory;
  readonly #forest: Forest;
  readonly #statusBar = new StatusBar();
  readonly #keys = new ContextKeyWriter();
  readonly #signIns = new WaitingSignIns();
  readonly #failedRuns = new Set<string>();
  /** Platforms whose manifests changed, until they rest. */
  readonly #rereading = new Map<string, Cancel>();
  /** Files that were platforms when they were last searched for, also where the workspace is not trusted. */
  #found: ReadonlySet<string> = new Set();
  /** Trust that was granted in this window starts nothing by itself: no platform is connected before the person says so. */
  readonly #trustedFromStart = vscode.workspace.isTrusted;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.dialogs = parts.dialogs;
    this.log = parts.log;
    this.logs = parts.logs;
    this.sample = new RehearsedSample(parts.context);
    this.#memory = new Memory(parts.context);
    this.#forest = new Forest(this.platforms, parts.clock, (redraw) => {
      this.treeView.draw(redraw);
      this.#drawAround();
    });
    this.treeView = new TreeView(this.#forest, this.platforms, parts.clock);
    this.treeView.view.onDidChangeSelection(({ selection: [node] }) => node && this.platforms.select(node.platform));
    this.treeView.view.onDidChangeVisibility(({ visible }) => this.#showOrHide(visible));
    this.#drawAround();
  }

  /** Finds the platform files and reads them: rows appear, nothing is asked of any account. */
  async discover(): Promise<void> {
    const found = await findPlatformFiles();
    const sample = vscode.workspace.isTrusted && this.#memory.sampleRehearsed ? [await this.sample.write()] : [];
    this.#found = new Set(found.map((uri) => uri.toString()));
    for (const uri of found) void this.check(uri);
    // Not trusted: files are checked, and that is all. The view says so.
    const wanted = vscode.workspace.isTrusted ? [...found, ...sample] : [];
    const keys = new Set(wanted.map((uri) => uri.toString()));
    for (const { key } of this.platforms.all) if (!keys.has(key)) this.platforms.remove(key);
    const added = wanted.filter((uri) => !this.platforms.get(uri.toString())).map((uri) => this.#add(uri));
    await Promise.all(added.map((platform) => platform.readFile()));
    this.platforms.markReady();
    if (this.#trustedFromStart) for (const platform of added) void this.#restore(platform);
  }

  /** Checks a platform file as it is on disk. */
  async check(uri: vscode.Uri, text?: string): Promise<void> {
    const findings = await this.#parts.problems.check(uri, text);
    if (findings && text === undefined) this.platforms.get(uri.toString())?.model.setFindings(findings);
  }

  /** Whether the file is, or was when it was found, one of ours. */
  knows(uri: vscode.Uri): boolean {
    return this.#found.has(uri.toString()) || this.platforms.get(uri.toString()) !== undefined;
  }

  /** Settings changed: what is reached otherwise now is looked at anew. A run is not disturbed; it is said that they count afterwards. */
  settingsChanged(): void {
    for (const platform of this.platforms.all) {
      const { mode, profile } = this.#memory.accountOf(platform.key);
      const isSample = platform.file === this.sample.file;
      const effect = platform.reachChanged(isSample ? { mode: platform.mode } : { mode, ...(profile === undefined ? {} : { profile }) });
      if (effect === 'afterRun') void this.dialogs.tell('info', `${platform.name} is running: the changed settings count after this run.`);
    }
  }

  /** A platform file was saved or changed by somebody else. */
  async changed(uri: vscode.Uri): Promise<void> {
    // Somebody else's platform.yml has other keys; one of ours that lost its own is told so.
    if (!this.knows(uri) && !(await isPlatform(uri.fsPath))) return;
    this.#parts.validator.forgive(uri.fsPath);
    await this.check(uri);
    const platform = this.platforms.get(uri.toString());
    if (!platform) return this.discover();
    this.dialogs.outdatePlans(platform.key, 'the latest change of platform.yml');
    await this.#reread(platform);
  }

  async #reread(platform: Platform): Promise<void> {
    await platform.reread();
    const { run, session } = platform.model.view;
    if (!run && session !== 'notConnected') void platform.poller.refreshAnew();
  }

  /** A file that may be a manifest, values or part of a chart, or a folder of them: open plans are older than it, and what is wanted is read anew. */
  manifestChanged(uri: vscode.Uri): void {
    for (const platform of this.platforms.all) {
      const file = path.relative(path.dirname(platform.file), uri.fsPath);
      if (uri.fsPath === platform.file || file.startsWith('..') || path.isAbsolute(file)) continue;
      this.dialogs.outdatePlans(platform.key, `the latest change of ${file.replaceAll(path.sep, '/')}`);
      this.#rereading.get(platform.key)?.();
      const reread = async (): Promise<void> => {
        this.#rereading.delete(platform.key);
        await this.check(vscode.Uri.file(platform.file));
        await this.#reread(platform);
      };
      this.#rereading.set(
        platform.key,
        this.clock.after(SETTLING, () => void reread()),
      );
    }
  }

  /** Something was deleted: a folder goes without a word about what was in it. */
  async deleted(uri: vscode.Uri): Promise<void> {
    const gone = [...this.#found].map((key) => vscode.Uri.parse(key)).filter(({ path: file }) => `${file}/`.startsWith(`${uri.path}/`));
    for (const file of gone) this.#parts.problems.forget(file);
    if (gone.length > 0) return this.discover();
    if (path.extname(uri.path) === '' || MANIFEST.test(uri.path)) this.manifestChanged(uri);
  }

  async connect(platform: Platform, account: Account): Promise<void> {
    await this.dialogs.busy(`Connecting ${platform.name}`, () => platform.connect(account.mode, account.profile));
    await this.#memory.rememberAccount(platform.key, account);
    this.#promptInterrupted(platform);
  }

  /** The rehearsed account: for the platforms of the workspace, or, without any, for the sample. */
  async rehearse(): Promise<void> {
    const choices = this.platforms.all.map((platform) => ({
      label: `$(beaker) ${platform.name}`,
      description: platform.file,
      value: platform,
    }));
    const sample = { label: '$(book) The sample platform', description: 'read-only, kept outside of this folder', value: undefined };
    const chosen =
      choices.length === 0
        ? { platform: undefined }
        : await this.dialogs.choose(
            'Rehearse which platform?',
            [...choices, sample].map(({ value, ...rest }) => ({ ...rest, value: { platform: value } })),
          );
    if (!chosen) return;
    const platform = chosen.platform ?? (await this.#addSample());
    this.platforms.select(platform.key);
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    await this.connect(platform, { mode: 'rehearsal' });
  }

  async signIn(platform: Platform): Promise<void> {
    const waiting = this.#signIns.has(platform);
    // A poll met a question: the person is here now, and a look of theirs puts it.
    if (!waiting && platform.model.view.status?.findings.some(({ code }) => code === 'unattended'))
      return this.dialogs.busy(`Looking at ${platform.name}`, () => platform.look());
    const profile = waiting ? this.#signIns.profileOf(platform) : platform.credentialsProfile;
    const signedIn = platform.mode === 'rehearsal' ? await renewRehearsed(platform) : await signInWithAws(profile, this.dialogs);
    if (waiting) {
      if (signedIn) this.#signIns.answer(platform, true);
      return;
    }
    await platform.reread();
    if (signedIn) await this.dialogs.busy(`Looking at ${platform.name}`, () => platform.look());
  }

  showOnlyAttention(only: boolean): void {
    this.#forest.attentionOnly = only;
    this.#drawAround();
  }

  dispose(): void {
    for (const cancel of this.#rereading.values()) cancel();
    this.#forest.dispose();
    this.platforms.dispose();
    this.treeView.dispose();
    this.#statusBar.dispose();
  }

  #add(uri: vscode.Uri): Platform {
    const { clock, fold, validator, runners, log } = this.#parts;
    const key = uri.toString();
    const account = this.#memory.accountOf(key);
    const place = {
      key,
      file: uri.fsPath,
      fallbackName: path.basename(path.dirname(uri.fsPath)),
      mode: account.mode,
      ...(account.profile === undefined ? {} : { profile: account.profile }),
    };
    const isSample = uri.fsPath === this.sample.file;
    const platform = new Platform(isSample ? { ...place, mode: 'rehearsal' } : place, {
      clock,
      fold,
      validator,
      settledRuns: this.#memory.settledRuns,
      log: (level, line) => log.write(level, line),
      reachOf: (asked) => runners.reachOf(asked),
      onFindings: (asked, findings) => this.#parts.problems.showAccount(vscode.Uri.file(asked.file), findings),
      onRunEvent: (asked, event) => this.#told(asked, event),
      startRunner: (asked, onEvent) =>
        runners.startFor(
          {
            mfaCode: (detail) => askMfaCode(this.dialogs, detail),
            confirmIdentity: (detail) => confirmIdentity(this.dialogs, detail),
            runProgram: (detail) => confirmProgram(this.dialogs, detail),
            adoptCluster: (detail) => confirmCluster(this.dialogs, detail),
            signIn: (detail) => this.#signIns.ask(asked, detail, this.dialogs),
          },
          onEvent,
        ),
    });
    this.platforms.add(platform);
    return platform;
  }

  /** A platform that was connected before is connected again once it is looked at; a run that did not end is told of at once. */
  async #restore(platform: Platform): Promise<void> {
    if (platform.mode !== 'rehearsal' && !this.#memory.accountOf(platform.key).remembered) return;
    try {
      await platform.open();
      this.#promptInterrupted(platform);
      if (this.treeView.view.visible) await platform.poller.refresh();
      platform.poller.visible = this.treeView.view.visible;
    } catch (error) {
      this.log.write('warn', `${platform.name}: ${sentenceOf(error)}`);
    }
  }

  #showOrHide(visible: boolean): void {
    for (const platform of this.platforms.all) {
      platform.poller.visible = visible;
      const { session, run } = platform.model.view;
      if (visible && session === 'notConnected' && !run && this.#trustedFromStart && this.#memory.accountOf(platform.key).remembered)
        void platform.poller.refresh();
    }
  }

  #told(platform: Platform, event: RunEvent): void {
    this.log.event(platform.name, event);
    if (event.event === 'run.started') this.treeView.view.message = '';
    if (event.event !== 'resource.failed' || this.#failedRuns.has(event.run)) return;
    this.#failedRuns.add(event.run);
    this.#forest.drawNow();
    const node = this.#forest.find(platform.key, `${event.stage}/${event.resource}`);
    if (node) void this.treeView.reveal(node);
    const { cause, facts } = failureCard(platform.model.view);
    const actions = [
      { label: 'Fix...', command: 'fix' },
      { label: 'Show Log', command: 'log' },
    ] as const;
    if (!isWatching(this)) notify(this, platform, { level: 'error', text: `${platform.name}: ${[cause, ...facts].join(' · ')}`, actions });
  }

  /** Look / Continue / Leave: once for each run that did not end. */
  #promptInterrupted(platform: Platform): void {
    const { interrupted } = platform.model.view;
    const prompted = this.#memory.promptedRuns;
    if (!interrupted || prompted.has(interrupted.run)) return;
    prompted.add(interrupted.run);
    const verb = interrupted.verb === 'apply' ? 'An apply' : 'A destroy';
    const message = `${verb} of ${platform.name} was interrupted at ${clockTime(interrupted.at, this.clock.now())}. AWS finished what was started.`;
    void this.dialogs.tell('warning', message, ['Look', 'Continue', 'Leave']).then(async (action) => {
      const target = { platform: platform.key, path: '' };
      if (action === 'Continue') await vscode.commands.executeCommand('slipway.continue', target);
      if (action === 'Leave') platform.settleRun();
      if (action !== 'Look') return;
      await vscode.commands.executeCommand(`${VIEW}.focus`);
      await vscode.commands.executeCommand('slipway.refresh', target);
    });
  }

  #drawAround(): void {
    this.#statusBar.draw(this.platforms);
    const { ready, all, selected } = this.platforms;
    this.#keys.write(contextKeysOf(selected?.model.view, { ready, platforms: all.length, attention: this.#forest.attentionOnly }));
  }

  async #addSample(): Promise<Platform> {
    const uri = await this.sample.write();
    await this.#memory.rememberSample();
    const platform = this.platforms.get(uri.toString()) ?? this.#add(uri);
    await platform.readFile();
    return platform;
  }
}

/** The rehearsed account has nobody to sign in with: its credentials are renewed by mending the fault that ended them. */
async function renewRehearsed(platform: Platform): Promise<boolean> {
  await platform.ask('breakSomething', { fault: 'expired-credentials', armed: false });
  return true;
}
