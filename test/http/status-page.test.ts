import { beforeEach, describe, expect, it } from 'vitest';
import { statusPage } from '../../src/http/status-page.ts';
import { LiveState } from '../../src/live/live-state.ts';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { CollectingLog } from '../live/collecting-log.ts';
import { SOUND_INVENTORY } from '../support/finding-case.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const CANNOT_BE_READ = 'The file of the inventory cannot be read; what was served before is served on.';
const IS_REFUSED = 'The inventory as it is now is refused; what was served before is served on.';

let live: LiveState;

beforeEach(() => {
  live = new LiveState(new ServerMetrics('1', 'v1'), new CollectingLog(), () => 0);
});

const page = (): string => statusPage(live, []);

describe('the status page', () => {
  it('says what is wrong with the inventory, and whether it is the file or what is in it', () => {
    const { snapshot } = temporaryInventory(SOUND_INVENTORY).compile();
    live.serve(snapshot!, []);
    expect(page()).not.toMatch(/class="refusal"/);

    live.cannotRead([
      { code: 'inventory-damaged', where: '/a/<b>.db', what: 'it is empty, of 0 bytes', fix: 'restore a backup' },
    ]);
    expect(page()).toContain(CANNOT_BE_READ);
    expect(page()).not.toContain(IS_REFUSED);
    expect(page()).toContain('<li><b>/a/&#60;b&#62;.db</b>: it is empty, of 0 bytes<br>Fix: restore a backup</li>');

    live.refuse([{ code: 'group-empty', where: 'group g', what: 'it has no members', fix: 'add one' }]);
    expect(page()).toContain(IS_REFUSED);
    expect(page()).not.toContain(CANNOT_BE_READ);

    live.serve(snapshot!, []);
    expect(page()).not.toMatch(/class="refusal"/);
  });

  it('says where nothing is served', () => {
    expect(page()).toContain('No inventory is being served');
  });
});
