import { DEFAULT_DATABASE, DEFAULT_LISTEN } from '../config/given-settings.ts';

/** What whoever tries the example does next, in commands to be copied. */
export function nextSteps(database: string, url: string): string {
  const databaseFlag = database === DEFAULT_DATABASE ? '' : ` --database ${database}`;
  const address = url.replace(/^http:\/\//, '');
  const urlFlag = url.startsWith('https:') ? ` --url ${url}/fsapi` : ` --listen ${address}`;
  const addressFlag = address === DEFAULT_LISTEN ? '' : urlFlag;
  return `
trunkhunt answers FreeSWITCH at ${url}/fsapi, from ${database}. Next:

  1. See where a call would go:   npx trunkhunt explain 9980 --context default${databaseFlag}
  2. Put your gateways in:        sqlite3 ${database} "UPDATE gateways SET proxy = '192.0.2.1:5060' WHERE name = 'gw1'"
  3. Have FreeSWITCH ask here:    npx trunkhunt xml-curl-conf${addressFlag} > xml_curl.conf.xml
     for its folder autoload_configs; docs/freeswitch.md says what else the switch needs

`;
}
