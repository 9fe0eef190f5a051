import type { KadDHTComponents } from '@libp2p/kad-dht';

type Datastore = KadDHTComponents['datastore'];

/** What a store of libp2p has to throw for a key that it does not have. */
class NotFoundError extends Error {
  static override readonly name = 'NotFoundError';
  override readonly name = 'NotFoundError';
}

/**
 * A store that keeps nothing. The distributed hash table is here to find peers only: the records and providers that it would
 * store for others, from anybody and without a bound, are thrown away.
 */
export function forgetfulStore(): Datastore {
  return {
    has: () => false,
    put: (key) => key,
    get: () => {
      throw new NotFoundError('nothing is stored');
    },
    delete: () => {},
    async *putMany(pairs) {
      for await (const { key } of pairs) yield key;
    },
    async *getMany() {},
    async *deleteMany(keys) {
      for await (const key of keys) yield key;
    },
    batch: () => ({ put: () => {}, delete: () => {}, commit: () => {} }),
    async *query() {},
    async *queryKeys() {},
  };
}
