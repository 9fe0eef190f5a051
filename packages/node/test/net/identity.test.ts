import { createHash } from 'node:crypto';
import {
  envelopeLimit,
  MAX_ENVELOPE_BYTES,
  MESSAGE_LIMITS,
  type MessageKind,
} from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetError } from '../../src/net/errors.ts';
import { checkFrameStart, frameHead, frameLength } from '../../src/net/frame.ts';
import { networkKey } from '../../src/net/identity.ts';
import { startLibp2p } from '../../src/net/libp2p-transport.ts';
import type { NetNotice } from '../../src/net/notice.ts';
import { parsePeerAddress } from '../../src/net/peer-address.ts';
import { envelopeBytes, GENESIS } from './envelopes.ts';
import { loopbackNet } from './libp2p-net.ts';

const ID = '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8';
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('identity of a node', () => {
  it('is the Ed25519 key of RFC 8032 that its 32 bytes make', async () => {
    // RFC 8032 §7.1, test 1.
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    const key = await networkKey(Uint8Array.from(Buffer.from(seed, 'hex')));
    expect(Buffer.from(key.publicKey.raw).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
  });

  it('is made of nothing else', async () => {
    for (const length of [0, 31, 33, 64])
      await expect(networkKey(new Uint8Array(length))).rejects.toEqual(code('seed-invalid'));
  });

  it('its secret stands in nothing that the network tells', async () => {
    await using net = loopbackNet();
    const [a, b] = [await net.join('a'), await net.join('b')];
    await a.send(b.self, envelopeBytes(1));
    const told = JSON.stringify([...net.notices.values()]);
    const seed = createHash('sha256').update('a').digest();
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(told).not.toContain(seed.toString(form));
    expect(told).toContain(a.self);
  });
});

describe('address of a peer', () => {
  it('says where it is and who', () => {
    const text = `/ip4/192.0.2.7/tcp/4001/p2p/${ID}`;
    const { id, address } = parsePeerAddress(text);
    expect([id, address.toString()]).toEqual([ID, text]);
    expect(parsePeerAddress(`/dns4/example.org/tcp/1/p2p/${ID}`).id).toBe(ID);
  });

  it.each([
    '',
    'example.org:4001',
    '/ip4/192.0.2.7/tcp/4001',
    `/ip4/192.0.2.7/p2p/${ID}/tcp/1`,
    '/ip4/1/tcp/1',
  ])('"%s" is none', async (text) => {
    expect(() => parsePeerAddress(text)).toThrow(code('address-invalid'));
    const notices: NetNotice[] = [];
    const options = { listen: [], bootstrap: [text], mdns: false, genesis: GENESIS };
    const starting = startLibp2p({
      ...options,
      seed: new Uint8Array(32),
      onNotice: (notice) => notices.push(notice),
    });
    await expect(starting).rejects.toEqual(code('address-invalid'));
    expect(notices).toEqual([]);
  });
});

describe('frame', () => {
  it('its length is that of some envelope, or it is refused before anything is allocated', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (length) => {
        const read = () => frameLength(frameHead(length));
        if (length === 0) expect(read).toThrow(code('frame-malformed'));
        else if (length > MAX_ENVELOPE_BYTES) expect(read).toThrow(code('frame-oversized'));
        else expect(read()).toBe(length);
      }),
    );
  });

  it.each(Object.keys(MESSAGE_LIMITS) as MessageKind[])(
    'that begins as a %s has at most the length of one',
    (kind) => {
      const start = envelopeBytes(1, 8, kind).subarray(0, 25);
      expect(() => checkFrameStart(envelopeLimit(kind), start)).not.toThrow();
      expect(() => checkFrameStart(envelopeLimit(kind) + 1, start)).toThrow(code('frame-oversized'));
    },
  );

  it('whatever it begins with, it is of a kind or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 25 }), (start) => {
        try {
          checkFrameStart(1, start);
        } catch (error) {
          expect(error).toBeInstanceOf(NetError);
        }
      }),
    );
  });

  it('an envelope that no peer may take is not sent, and the node is told', async () => {
    await using net = loopbackNet();
    const a = await net.join('a');
    for (const bytes of [new Uint8Array(MAX_ENVELOPE_BYTES + 1), new Uint8Array(0)])
      expect(await a.send(net.nobody, bytes)).toBe(false);
    expect(net.notices.get('a')!.filter(({ kind }) => kind === 'unsendable')).toEqual([
      { kind: 'unsendable', peer: net.nobody, bytes: MAX_ENVELOPE_BYTES + 1 },
      { kind: 'unsendable', peer: net.nobody, bytes: 0 },
    ]);
  });
});
