import * as vscode from 'vscode';
import type { Finding, Fix, Severity, SourceRange } from '../core/findings/finding.ts';
import { visibleText } from './model/visibleText.ts';
import { sentenceOf } from './runnerTrouble.ts';
import type { Validator } from './validator.ts';

/** Milliseconds of rest after a keystroke before a document is checked. */
const TYPING_PAUSE = 300;

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Findings in the Problems view, and their fixes behind the light bulb. What a document says and what an account says are kept apart. */
export class Problems implements vscode.CodeActionProvider {
  readonly #validator: Validator;
  readonly #log: (line: string) => void;
  readonly #ofDocuments = vscode.languages.createDiagnosticCollection('slipway');
  readonly #ofAccounts = vscode.languages.createDiagnosticCollection('slipway-account');
  readonly #fixes = new Map<string, { diagnostic: vscode.Diagnostic; fix: Fix }[]>();
  /** The files that each platform file's findings stand in: its own, and manifests. */
  readonly #places = new Map<string, readonly vscode.Uri[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #versions = new Map<string, number>();
  readonly #disposable: vscode.Disposable;

  constructor(validator: Validator, log: (line: string) => void) {
    this.#validator = validator;
    this.#log = log;
    const selector = { scheme: 'file', pattern: '**/*.{yml,yaml}' };
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.#disposable = vscode.Disposable.from(
      this.#ofDocuments,
      this.#ofAccounts,
      vscode.languages.registerCodeActionsProvider(selector, this, kinds),
    );
  }

  /** Checks a document as it is in the editor, once typing rests. */
  checkSoon(document: vscode.TextDocument, done: (findings: readonly Finding[]) => void): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void this.check(document.uri, document.getText()).then((findings) => findings && done(findings)), TYPING_PAUSE),
    );
  }

  /** Checks a file, or `text` in its place; `undefined` when a later check overtook it or the runner could not. */
  async check(uri: vscode.Uri, text?: string): Promise<readonly Finding[] | undefined> {
    const key = uri.toString();
    const version = (this.#versions.get(key) ?? 0) + 1;
    this.#versions.set(key, version);
    try {
      const findings = await this.#validator.validate(uri.fsPath, text);
      if (this.#versions.get(key) !== version) return undefined;
      this.#show(uri, findings);
      return findings;
    } catch (error) {
      this.#log(`checking ${uri.fsPath}: ${sentenceOf(error)}`);
      return undefined;
    }
  }

  /** Prerequisites that failed (quotas, permissions, account switches), as of the last plan or look. */
  showAccount(uri: vscode.Uri, findings: readonly Finding[]): void {
    const news = findings.filter(({ code }) => !this.#ofDocuments.get(uri)?.some((known) => known.code === code));
    this.#ofAccounts.set(uri, news.map(diagnosticOf));
  }

  /** Also what a check that is still under way would say of it. */
  forget(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1);
    this.#show(uri, []);
    this.#ofAccounts.delete(uri);
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const here = (this.#fixes.get(document.uri.toString()) ?? []).filter(({ diagnostic }) => diagnostic.range.intersection(range));
    return here.map(({ diagnostic, fix }) => {
      const action = new vscode.CodeAction(visibleText(fix.title, 120), vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.isPreferred = here.length === 1;
      action.edit = new vscode.WorkspaceEdit();
      for (const { range: where, newText } of fix.edits) action.edit.replace(vscode.Uri.file(where.file), rangeOf(where), newText);
      return action;
    });
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#disposable.dispose();
  }

  /** Each where it stands, which may be a manifest; those without a place, in the platform file. */
  #show(uri: vscode.Uri, findings: readonly Finding[]): void {
    const key = uri.toString();
    const byFile = new Map<string, Finding[]>([[uri.fsPath, []]]);
    for (const finding of findings) {
      const file = finding.range?.file ?? uri.fsPath;
      byFile.set(file, [...(byFile.get(file) ?? []), finding]);
    }
    const places = [...byFile.keys()].map((file) => (file === uri.fsPath ? uri : vscode.Uri.file(file)));
    for (const place of this.#places.get(key) ?? []) {
      if (byFile.has(place.fsPath)) continue;
      this.#ofDocuments.delete(place);
      this.#fixes.delete(place.toString());
    }
    this.#places.set(key, places);
    for (const place of places) {
      const shown = (byFile.get(place.fsPath) ?? []).map((finding) => ({ finding, diagnostic: diagnosticOf(finding) }));
      this.#ofDocuments.set(
        place,
        shown.map(({ diagnostic }) => diagnostic),
      );
      this.#fixes.set(
        place.toString(),
        shown.flatMap(({ finding, diagnostic }) => (finding.fix ? [{ diagnostic, fix: finding.fix }] : [])),
      );
    }
  }
}

function diagnosticOf({ range, message, severity, code }: Finding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    range ? rangeOf(range) : new vscode.Range(0, 0, 0, 0),
    visibleText(message, 400),
    SEVERITIES[severity],
  );
  diagnostic.source = 'slipway';
  diagnostic.code = code;
  return diagnostic;
}

/** Findings count lines and columns from 1, VS Code from 0; both end before the end. */
export function rangeOf({ start, end }: SourceRange): vscode.Range {
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}
