import type { Finding } from '../errors/finding.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { DocumentStore } from './document-store.ts';

/** What mod_xml_curl takes by default (contract 1.1). */
const RESPONSE_BYTES_LIMIT = 1_048_576;

/** Finds documents that FreeSWITCH would refuse for their size, over all views that switches have. */
export function reviewDocuments(snapshot: Snapshot): readonly Finding[] {
  const sizes = new Map<string, number>();
  const note = (name: string, document: Buffer | undefined): void => {
    sizes.set(name, Math.max(sizes.get(name) ?? 0, document?.length ?? 0));
  };
  const profiles = [...new Set(snapshot.gateways.map(({ profile }) => profile))];
  for (const view of ['', ...snapshot.hostnamesWithOwnView]) {
    // A store of its own for each view: together they may not fit into memory.
    const documents = new DocumentStore(snapshot);
    note('distributor.conf', documents.distributor(view));
    note('sofia.conf', documents.sofia(undefined, view));
    for (const profile of profiles)
      note(`gateways of profile ${profile}`, documents.gateways(profile, view, undefined));
  }
  return [...sizes].flatMap(([name, bytes]) => (bytes > RESPONSE_BYTES_LIMIT ? [tooLarge(name, bytes)] : []));
}

function tooLarge(name: string, bytes: number): Finding {
  const wanted = 2 ** Math.ceil(Math.log2(bytes));
  return {
    code: 'document-too-large',
    where: name,
    what: `the document has ${bytes} bytes; FreeSWITCH refuses more than ${RESPONSE_BYTES_LIMIT} unless it is told otherwise`,
    fix: `add <param name="response-max-bytes" value="${wanted}"/> to the binding in xml_curl.conf.xml, then \`reload mod_xml_curl\``,
  };
}
