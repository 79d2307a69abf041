/**
 * FreeSWITCH's switch_url_encode over the UTF-8 bytes of a text (contract 1.3): an encoded byte that is already there
 * is copied, so that the receiver cannot tell it from one that was encoded here.
 * @returns one character for each byte
 */
export function urlEncode(text: string): string {
  if (!/[^!'()*,./0-9A-Z_a-z~$-]/.test(text)) return text;
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return bytes.replace(/%[0-9A-F]{2}|[^ -~]|[ #%&+:;<=>?@[\\\]^`{|}"]/g, (match) =>
    match.length === 3 ? match : `%${match.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
