// Does one thing to files again and again, as fast as it can, until it is killed: node write-forever.mjs WHAT MODULE PATH
//   state  writes all rows of a state file, with the turn's number as the value of each
//   prune  forgets all of an inventory's history that it may, says `done`, and waits
const [, , what, module, path] = process.argv;
const used = await import(module);
if (what === 'state') {
  const file = used.openStateFile(path);
  const keys = Array.from({ length: 400 }, (_, at) => JSON.stringify([`fs${at}`]));
  for (let turn = 0; ; turn += 1) {
    file.write(keys.map((key) => ({ kind: 'core', key, value: JSON.stringify([turn]) })));
    if (turn === 0) console.log('ready');
  }
}
console.log('ready');
while (used.pruneHistory(path, Number.MAX_SAFE_INTEGER - 1, Date.now()).hasMore);
console.log('done');
setInterval(() => undefined, 1_000);
