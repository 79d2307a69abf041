// Writes the CycloneDX bill of materials of what is installed with trunkhunt: `npm run sbom`, or `npm run sbom -- FILE`.
// npm makes it of package-lock.json; what is not so of every checkout is taken out, so that two of one commit are equal.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { argv, env, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = argv[2] ?? `${root}sbom.cdx.json`;
const { name } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
// Where npm runs this, its own program is told; another npm may be the first on the path.
const [command, before] = env.npm_execpath === undefined ? ['npm', []] : [process.execPath, [env.npm_execpath]];
const bom = JSON.parse(execFileSync(command, [...before, ...args], { cwd: root, encoding: 'utf8', maxBuffer: 1e8 }));

// npm's own `--omit dev` also leaves out what both the program and a tool for its development stand on, such as zod.
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));
const shipped = new Set([bom.metadata.component['bom-ref']]);
for (const [path, { version, dev }] of Object.entries(packages)) {
  if (path !== '' && dev !== true) shipped.add(`${path.replace(/^.*node_modules\//, '')}@${version}`);
}
bom.components = bom.components.filter((component) => shipped.has(component['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((it) => shipped.has(it)) }));

// The name of the folder, and the moment.
bom.metadata.component.name = name;
delete bom.metadata.timestamp;
for (const component of [bom.metadata.component, ...bom.components]) {
  // From where it was installed, which the lock file leaves open.
  component.externalReferences = (component.externalReferences ?? []).filter(({ type }) => type !== 'distribution');
  component.properties = (component.properties ?? []).filter(({ name }) => name !== 'cdx:npm:package:path');
}
delete bom.serialNumber;
const hash = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
// A UUID of form 8 (RFC 9562): its bits are ours to choose.
const id = hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5');
writeFileSync(file, `${JSON.stringify({ ...bom, serialNumber: `urn:uuid:${id}` }, null, 2)}\n`);
stderr.write(`${file}: ${bom.components.length} packages, CycloneDX ${bom.specVersion}\n`);
