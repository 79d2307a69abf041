/** Answers as trunkhunt writes them: a line for each element. */
export const notFoundXml = answer('result', '<result status="not found"/>');

/** A plan of literal actions, each `application data`. */
export function planXml(actions: readonly string[], context = 'default'): string {
  const lines = actions.map((action) => {
    const [, application = '', data = ''] = /^(\S+) (.*)$/.exec(action) ?? [];
    return `<action application="${application}" data="${data}"/>\n`;
  });
  return answer(
    'dialplan',
    `<context name="${context}">\n<extension name="e">\n<condition>\n${lines.join('')}</condition>\n</extension>\n</context>`,
  );
}

/** Gateways of a directory answer; each is a name and its parameters. */
export function gatewaysXml(gateways: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const elements = Object.entries(gateways).map(([name, parameters]) => {
    const params = Object.entries(parameters).map(([key, value]) => `<param name="${key}" value="${value}"/>\n`);
    return `<gateway name="${name}">\n${params.join('')}</gateway>\n`;
  });
  return answer(
    'directory',
    `<domain name="d">\n<user id="u">\n<gateways>\n${elements.join('')}</gateways>\n</user>\n</domain>`,
  );
}

/** distributor.conf with one list of nodes of weight 1. */
export function distributorXml(list: string, nodes: readonly string[]): string {
  return answer('configuration', listXml(list, nodes));
}

/** The same as a local file has it. */
export function listXml(list: string, nodes: readonly string[]): string {
  const lines = nodes.map((node) => `<node name="${node}" weight="1"/>\n`).join('');
  return `<configuration name="distributor.conf">\n<lists>\n<list name="${list}">\n${lines}</list>\n</lists>\n</configuration>`;
}

function answer(section: string, content: string): string {
  return `<document type="freeswitch/xml">\n<section name="${section}">\n${content}\n</section>\n</document>\n`;
}
