// Exports two trees in turn, as fast as it can, until it is killed: arguments are the module with writeTree, and a folder.
const [, , module, folder] = process.argv;
const { writeTree } = await import(module);

/** The second tree lacks a file of the first, and has one that the first has not. */
const trees = ['old', 'new'].map((content) =>
  [...Array.from({ length: 20 }, (_, at) => `dialplan/c${at % 4}/file${at}.xml`), `directory/${content}.xml`].map(
    (path) => ({
      path,
      content: `<${content}/>\n`,
    }),
  ),
);
for (let turn = 0; ; turn += 1) {
  const files = trees[turn % 2];
  await writeTree({ folder, files, hostname: '' }, { force: false, dryRun: false, nowMs: Date.now() });
  console.log('exported');
}
