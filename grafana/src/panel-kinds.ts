import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as Heatmap,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

/** The data source that the variable of the same name chooses. */
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** What every panel says of itself. */
interface PanelText {
  readonly title: string;
  /** What it means and when to worry, for the small "i" in its corner. */
  readonly description: string;
  /** In units of a 24th of the line. */
  readonly span: number;
  readonly unit?: string;
}

/** One query of a panel; `legend` names its series. */
export interface PanelQuery {
  readonly expr: string;
  readonly legend: string;
  /** Drawn as a dashed line without a fill: what was wanted, beside what is. */
  readonly dashed?: true;
}

export interface StatText extends PanelText {
  readonly expr: string;
  /** From which value on the number has which colour; green below the first. */
  readonly worries?: readonly (readonly [from: number, color: string])[];
  readonly mappings?: ValueMapping[];
}

/** One number, coloured. */
export function stat({ expr, worries = [], mappings = [], ...text }: StatText): Builder<Panel> {
  return labelled(new Stat(), text)
    .height(4)
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds([{ value: null, color: 'green' }, ...worries.map(([value, color]) => ({ value, color }))]))
    .mappings(mappings)
    .withTarget(query({ expr, legend: text.title }, 'A'));
}

export interface GraphText extends PanelText {
  readonly queries: readonly PanelQuery[];
  /** On top of each other, so that the height is the sum. */
  readonly stacked?: true;
  /** Bars instead of lines: things that happen now and then. */
  readonly bars?: true;
  readonly min?: number;
  readonly max?: number;
}

/** Lines over time. */
export function graph({ queries, stacked, bars, min, max, ...text }: GraphText): Builder<Panel> {
  const panel = labelled(new TimeSeries(), text)
    .height(8)
    .drawStyle(bars === true ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(bars === true ? 60 : 10)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(stacked === true ? StackingMode.Normal : StackingMode.None))
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.max(max);
  for (const [at, it] of queries.entries()) {
    const refId = String.fromCharCode('A'.charCodeAt(0) + at);
    panel.withTarget(query(it, refId));
    if (it.dashed === true) panel.overrideByQuery(refId, DASHED);
  }
  return panel;
}

export interface HeatmapText extends PanelText {
  readonly expr: string;
}

/** How the values of a histogram are spread, over time. */
export function heatmap({ expr, unit = 's', ...text }: HeatmapText): Builder<Panel> {
  return labelled(new Heatmap(), text)
    .height(8)
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges').steps(64))
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .hideLegend()
    .withTarget(query({ expr, legend: '{{le}}' }, 'A').format(PromQueryFormat.Heatmap));
}

export interface TimelineText extends PanelText {
  readonly queries: readonly PanelQuery[];
  readonly mappings: ValueMapping[];
}

/** One band for each thing, coloured by the state that it is in. */
export function timeline({ queries, mappings, ...text }: TimelineText): Builder<Panel> {
  const panel = labelled(new StateTimeline(), text)
    .height(text.span > 12 ? 10 : 8)
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .fillOpacity(80)
    .lineWidth(0)
    .rowHeight(0.9)
    .mappings(mappings)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single));
  for (const [at, it] of queries.entries()) panel.withTarget(query(it, String.fromCharCode('A'.charCodeAt(0) + at)));
  return panel;
}

const DASHED: DynamicConfigValue[] = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
  { id: 'custom.fillOpacity', value: 0 },
];

type AnyPanel = Stat | TimeSeries | Heatmap | StateTimeline;

function labelled<Kind extends AnyPanel>(panel: Kind, { title, description, span, unit }: PanelText): Kind {
  panel.title(title).description(description).span(span).datasource(DATASOURCE);
  if (unit !== undefined) panel.unit(unit);
  return panel;
}

function query({ expr, legend: name }: PanelQuery, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATASOURCE).refId(refId).expr(expr).legendFormat(name).range();
}

function legend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true);
}

function thresholds(steps: Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
