import {
  announcementHash,
  encodeEnvelope,
  type MessageOf,
  type Outpoint,
  publicKey,
  schnorrSign,
  sealMessage,
  secretScalar,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { mineUntil, type Play, startPlay, stateOf } from './play.ts';

const secret = secretScalar(new Uint8Array(32).fill(6));
const entropy = new Uint8Array(32);

/** Somebody answers for a stake with a key of its own, whose signature is as it should be. */
function usurped({ network }: Play, offer: Outpoint): Uint8Array {
  const messageKey = publicKey(secret);
  const proof = { kind: 'offer', offerKey: publicKey(secret) } as const;
  const { genesis } = network.verifier.node.ports;
  const place = { genesis, peer: 'verifier', height: network.height };
  const content = { offer, parametersTxid: network.parametersTxid, proof, messageKey, ...place };
  const signature = schnorrSign(announcementHash(content), secret, entropy);
  const message: MessageOf<'announcement'> = { kind: 'announcement', ...content, signature };
  return encodeEnvelope(sealMessage(message, messageKey, (hash) => schnorrSign(hash, secret, entropy)));
}

describe('announcements of stakes', () => {
  it('are held against the output on the chain, and name their peer: nobody else answers for a stake, nor by repeating', async () => {
    const offers: Outpoint[] = [];
    const announced: Uint8Array[] = [];
    await using play = await startPlay({
      ports: (_, real) => ({
        ...real,
        transport: {
          ...real.transport,
          broadcast: (bytes) => {
            announced.push(bytes);
            real.transport.broadcast(bytes);
          },
        },
        store: {
          ...real.store,
          putRecord: (key, value, options) => {
            const [, txid, vout] = key.match(/^offer:([0-9a-f]{64}):([0-9]+)$/) ?? [];
            if (txid !== undefined) offers.push({ txid: txid as Outpoint['txid'], vout: Number(vout) });
            return real.store.putRecord(key, value, options);
          },
        },
      }),
    });
    const { network } = play;
    expect(offers).toHaveLength(3);
    expect(announced).toHaveLength(3);
    const { transport } = network.verifier.node.ports;
    for (const offer of offers) {
      for (const to of ['client', 'worker']) await transport.send(to, usurped(play, offer));
      // An output that is no stake at all.
      await transport.send('client', usurped(play, { ...offer, vout: 1 }));
    }
    // What the arbiters said, repeated by somebody else: it names them, and not who repeats it.
    for (const bytes of announced) for (const to of ['client', 'worker']) await transport.send(to, bytes);
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    const peers = network.arbiters.map(({ name }) => name);
    for (const { node } of [network.client, network.worker]) {
      const known = Object.entries(node.engine.records[0]!.peers).filter(([party]) =>
        party.startsWith('arbiter'),
      );
      expect(known.map(([, peer]) => peer).sort()).toEqual(peers);
    }
    // Stored with the channel: whoever comes back need not wait for announcements to reach them.
    const { peers: before } = network.client.node.engine.records[0]!;
    await network.stop(network.client);
    expect((await network.restart(network.client)).node.engine.records[0]!.peers).toEqual(before);
  });
});
