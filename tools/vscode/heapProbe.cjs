// The tests path of `benchWindow.mjs`: runs inside the extension host and writes what its heap holds to HEAP_PROBE_REPORT.
const fs = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');
const vscode = require('vscode');

exports.run = async () => {
  const extension = vscode.extensions.getExtension('slipway.slipway');
  if (extension !== undefined) {
    await extension.activate();
    await vscode.commands.executeCommand('slipway.platforms.focus');
    await vscode.commands.executeCommand('slipway.refresh');
  }
  // what starts late, of VS Code's own too
  await new Promise((resume) => setTimeout(resume, 5_000));
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  collect();
  collect();
  fs.writeFileSync(process.env.HEAP_PROBE_REPORT, JSON.stringify(process.memoryUsage()));
};
