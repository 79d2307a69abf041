#!/usr/bin/env node
// The command of the package. It is here before anything is built, so that package managers can link it; the program is
// in dist/.
try {
  await import('../dist/cli/main.js');
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('dist/cli/main.js')) throw error;
  process.stderr.write('trunkhunt is not built yet: run `npm run build`\n');
  process.exitCode = 1;
}
