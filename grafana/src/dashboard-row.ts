import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/** A heading and the panels below it, whose spans fill whole lines. */
export interface DashboardRow {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}
