import * as vscode from 'vscode';
import type { Outcome } from '../core/engine/events.ts';
import type { Desk } from './desk.ts';
import { announcementOf, type Announcement, type Ran } from './model/announcement.ts';
import { monthly } from './model/wording.ts';
import type { Platform } from './platform.ts';

/** Tells how a run ended: above the tree to somebody who looks at it, as a notification to somebody who looks elsewhere. */
export function announceEnd(desk: Desk, platform: Platform, ran: Ran, outcome: Outcome): void {
  const announcement = announcementOf(platform.model.view, ran, outcome);
  for (const { kind, physicalId, reason, monthlyUsd } of outcome.residue) {
    const price = monthlyUsd === undefined ? '' : ` (${monthly(monthlyUsd)})`;
    desk.log.write('warn', `left behind: ${kind} ${physicalId}: ${reason}${price}`);
  }
  desk.treeView.view.message = announcement.text;
  if (!isWatching(desk)) notify(desk, platform, announcement);
}

/** A need of the person (a failure, a sign-in), told at once and once. */
export function notify(desk: Desk, platform: Platform, { level, text, actions }: Announcement): void {
  const prefix = platform.mode === 'rehearsal' ? 'REHEARSAL: ' : '';
  void desk.dialogs
    .tell(
      level,
      `${prefix}${text}`,
      actions.map(({ label }) => label),
    )
    .then((chosen) => {
      const action = actions.find(({ label }) => label === chosen);
      if (action) void vscode.commands.executeCommand(`slipway.${action.command}`, { platform: platform.key, path: '' });
    });
}

export function isWatching({ treeView }: Desk): boolean {
  return vscode.window.state.focused && treeView.view.visible;
}
