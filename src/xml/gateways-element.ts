import type { Gateway, NamedValue } from '../routing/gateway.ts';
import { element, type XmlElement } from './write-document.ts';

/** `<gateways>` with sofia's parameters and variables (contract 5.1). */
export function gatewaysElement(gateways: readonly Gateway[]): XmlElement {
  return element('gateways', {}, gateways.map(gatewayElement));
}

/**
 * A user that only holds the gateways. One without a password is let in with any (sofia_reg.c), and a caller's SIP
 * headers can ask for gateways where its user is looked up (contract 3.6), so nobody may log in as this one: without an
 * id no look-up finds it (switch_xml.c, find_user_in_tag), whatever it says of its type.
 */
export function gatewaysUser(gateways: readonly Gateway[]): XmlElement {
  return element('user', {}, [
    element('params', {}, [element('param', { name: 'allow-empty-password', value: 'false' })]),
    gatewaysElement(gateways),
  ]);
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
