import * as vscode from 'vscode';
import type { RunEvent } from '../core/engine/events.ts';
import { commandLink } from './model/commandLink.ts';
import type { PlatformView } from './model/platformView.ts';
import type { Row } from './model/row.ts';
import { rowDetails } from './model/rowDetails.ts';
import { visibleText } from './model/visibleText.ts';

/** The tooltip of a row. Every word from outside goes in by `appendText` or a code block; only our own command link is Markdown. */
export function rowTooltip(row: Row, view: PlatformView, events: readonly RunEvent[], now: number): vscode.MarkdownString {
  const details = rowDetails(row, view, events, now);
  const markdown = new vscode.MarkdownString();
  markdown.supportHtml = false;
  markdown.appendMarkdown('**').appendText(details.title).appendMarkdown('** ').appendText(visibleText(details.state));
  const paragraph = (text: string): vscode.MarkdownString => markdown.appendMarkdown('\n\n').appendText(visibleText(text, 400));
  if (details.cause !== undefined) paragraph(details.cause);
  if (details.next) {
    markdown.isTrusted = { enabledCommands: [`slipway.${details.next.command}`] };
    const { label, command } = details.next;
    markdown.appendMarkdown(`\n\n${commandLink(label, command, { platform: view.key, path: row.path })}`);
  }
  if (details.ids.length > 0) markdown.appendCodeblock(details.ids.map((id) => visibleText(id, 160)).join('\n'), 'text');
  if (details.source !== undefined) paragraph(`written in ${details.source}`);
  if (details.host !== undefined) paragraph(`opens ${details.host}`);
  if (details.requires.length > 0) paragraph(`requires ${details.requires.join(', ')}`);
  if (details.money !== undefined) paragraph(details.money);
  if (details.broken !== undefined) paragraph(details.broken);
  for (const event of details.events) paragraph(event);
  return markdown;
}
