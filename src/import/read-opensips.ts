import { readCarriers } from './read-carriers.ts';
import { proposeDroutingGateways } from './drouting-gateways.ts';
import { DroutingGroups } from './drouting-groups.ts';
import { proposeRoutes } from './propose-routes.ts';
import type { ImportOptions } from './import-options.ts';
import type { Reading } from './reading.ts';
import { ReadingBuilder } from './reading-builder.ts';
import type { SourceRow } from './source-row.ts';

/**
 * Rows of OpenSIPS's dr_gateways, dr_carriers and dr_rules in terms of the inventory: gateways, groups of carriers and of
 * lists, and routes. All files are read together, since rules name what stands in others.
 * @throws OperatorError import-unclear: see `--context`
 */
export function readOpensips(rows: readonly SourceRow[], options: ImportOptions): Reading {
  const builder = new ReadingBuilder();
  const of = (table: string): readonly SourceRow[] => rows.filter((row) => row.table === table);
  const gateways = proposeDroutingGateways(of('dr_gateways'), options, builder);
  const carriers = readCarriers(of('dr_carriers'), gateways, builder);
  const groups = new DroutingGroups(carriers, gateways, builder);
  proposeRoutes(of('dr_rules'), groups, gateways, options, builder);
  return builder.reading;
}
