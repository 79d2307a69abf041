import type { LiveState } from '../live/live-state.ts';
import type { SwitchReport } from '../live/switch-report.ts';
import type { GatewayGroup, GroupMember } from '../routing/gateway-group.ts';

/** A page for people: what is served, and where to look further. */
export function statusPage({ serving, refusal, isReadable }: LiveState, switches: readonly SwitchReport[]): string {
  const body =
    serving === undefined
      ? '<p>No inventory is being served: the log says why, and so does <code>trunkhunt check</code>.</p>'
      : `<p>Inventory generation ${serving.generation}. Gateways: ${serving.snapshot.gateways.length}, ` +
        `groups: ${serving.snapshot.groups.length}, routes: ${serving.snapshot.routes.size}.</p>\n` +
        serving.snapshot.groups.map(groupTable).join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>trunkhunt</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d8dde3; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.state-drain, .state-disabled { color: #8a5300; }
.refusal { border-left: .3rem solid #b42318; padding: .1rem 1rem; background: #fef3f2; }
</style>
<h1>trunkhunt</h1>
${refusalNotice(refusal, isReadable)}
${switchesTable(switches)}
${body}
<p><a href="/metrics">metrics</a> · <a href="/healthz">alive</a> · <a href="/readyz">ready</a></p>
</html>
`;
}

function refusalNotice(refusal: LiveState['refusal'], isReadable: boolean): string {
  if (refusal.length === 0) return '';
  const items = refusal.map(
    ({ where, what, fix }) => `<li><b>${html(where)}</b>: ${html(what)}<br>Fix: ${html(fix)}</li>`,
  );
  const what = isReadable ? 'The inventory as it is now is refused' : 'The file of the inventory cannot be read';
  return `<section class="refusal"><p>${what}; what was served before is served on.</p>
<ul>${items.join('\n')}</ul></section>`;
}

function switchesTable(switches: readonly SwitchReport[]): string {
  if (switches.length === 0) return '<p>No switch is listened to: none has an <code>esl_host</code>.</p>';
  return `<table>
<caption>switches</caption>
<tr><th>switch</th><th>event socket</th><th class="number">calls</th><th class="number">gateways up</th><th class="number">drifted</th></tr>
${switches.map(switchRow).join('\n')}
</table>`;
}

function switchRow(it: SwitchReport): string {
  const state = it.connected ? 'connected' : `not connected${it.lastLoss === null ? '' : `: ${it.lastLoss.reason}`}`;
  return (
    `<tr><td>${html(it.switch)}</td><td class="${it.connected ? '' : 'state-disabled'}">${html(state)}</td>` +
    `<td class="number">${it.calls}</td><td class="number">${it.gateways.up ?? 'unknown'} of ${it.gateways.wanted}</td>` +
    `<td class="number">${it.drift.length}</td></tr>`
  );
}

function groupTable(group: GatewayGroup): string {
  const rows = group.members.map(memberRow).join('\n');
  return `<table>
<caption>${html(group.name)} (${group.strategy}, chosen by ${group.chooser})</caption>
<tr><th>gateway</th><th>profile</th><th>state</th><th class="number">tier</th><th class="number">weight</th></tr>
${rows}
</table>`;
}

function memberRow({ gateway, tier, weight }: GroupMember): string {
  return (
    `<tr><td>${html(gateway.name)}</td><td>${html(gateway.profile)}</td>` +
    `<td class="state-${gateway.state}">${gateway.state}</td>` +
    `<td class="number">${tier}</td><td class="number">${weight}</td></tr>`
  );
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
