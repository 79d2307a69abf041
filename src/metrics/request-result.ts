/** What FreeSWITCH asked for; whatever it does not name is `other`. */
export type RequestSection = 'configuration' | 'directory' | 'dialplan' | 'other';

/** What came of a request. `served` = a document, `not_found` = FreeSWITCH goes on to its own files. */
export type RequestResult =
  | 'served'
  | 'refused'
  | 'not_found'
  | 'too_large'
  | 'malformed'
  | 'challenged'
  | 'unauthorized'
  | 'forbidden'
  | 'throttled'
  | 'error';

/** A request that was not looked at: `shed` = *not found* since there are too many, `abandoned` = its client went away. */
export type PassedResult = 'shed' | 'abandoned';
