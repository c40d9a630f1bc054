// Spec output, and the one closing line that every runner of this project prints.
const { reporters } = require('mocha');
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () =>
      setImmediate(() => {
        const { passes, failures, pending } = this.stats;
        console.log(`${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ''}`);
      }),
    );
  }
};
