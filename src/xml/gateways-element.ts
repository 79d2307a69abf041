import type { Gateway, NamedValue } from '../routing/gateway.ts';
import { element, type XmlElement } from './write-document.ts';

/** `<gateways>` with sofia's parameters and variables (contract 5.1). */
export function gatewaysElement(gateways: readonly Gateway[]): XmlElement {
  return element('gateways', {}, gateways.map(gatewayElement));
}

/** Settings and parameters are both written as `<param name= value=/>`. */
export function paramElement({ name, value }: NamedValue): XmlElement {
  return element('param', { name, value });
}

function gatewayElement({ name, parameters, variables }: Gateway): XmlElement {
  const written = variables.map(({ name: variable, value, direction }) =>
    element('variable', { name: variable, value, ...(direction === undefined ? {} : { direction }) }),
  );
  const variablesElement = written.length === 0 ? [] : [element('variables', {}, written)];
  return element('gateway', { name }, [...parameters.map(paramElement), ...variablesElement]);
}
