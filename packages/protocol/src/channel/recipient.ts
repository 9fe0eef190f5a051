import type { Party } from '../contract/party.ts';

/** Where a message goes or comes from: a party of the channel, or whoever answers for an arbitration offer (`txid:vout`). */
export type Recipient = Party | `offer:${string}`;
