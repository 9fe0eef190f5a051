import {
  announcementHash,
  encodeEnvelope,
  type Hash32,
  hash32,
  type MessageKind,
  publicKey,
  schnorrSign,
  schnorrSignature,
  sealMessage,
  secretScalar,
  txidFromInternal,
  xOnlyKey,
} from '@prometheus-compute/protocol';

/** Bytes in the form of an envelope, which nobody signed: what a transport looks at. `mark` tells them apart. */
export function envelopeBytes(mark: number, bodyBytes = 8, kind: MessageKind = 'delivery'): Uint8Array {
  const body = new Uint8Array(bodyBytes);
  if (bodyBytes >= 4) new DataView(body.buffer).setUint32(0, mark);
  const from = xOnlyKey(GENERATOR.slice());
  return encodeEnvelope({ kind, from, body, signature: schnorrSignature(new Uint8Array(64)) });
}

/** The mark of bytes that {@link envelopeBytes} made with its default kind and size. */
export function markOf(bytes: Uint8Array): number {
  // The body of 8 bytes stands before the signature: 64 bytes with a head of 2.
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 66 - 8);
}

/** x coordinate of the generator of secp256k1: a key that is on the curve. */
const GENERATOR = Uint8Array.from(
  Buffer.from('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798', 'hex'),
);

/** Hash of the first block of the chain that the nodes of these tests follow. */
export const GENESIS = hash32(new Uint8Array(32).fill(7));

/** A genuine announcement of a made-up stake, by the key `owner`; with `signer`, by somebody else. */
export function announcementBytes(
  peer: string,
  {
    height = 100,
    owner = 3,
    signer = owner,
    genesis = GENESIS,
  }: {
    readonly height?: number;
    readonly owner?: number;
    readonly signer?: number;
    readonly genesis?: Hash32;
  } = {},
): Uint8Array {
  const secret = secretScalar(new Uint8Array(32).fill(owner));
  const messageKey = publicKey(secret);
  const id = hash32(new Uint8Array(32).fill(owner));
  const content = {
    offer: { txid: txidFromInternal(id), vout: 0 },
    parametersTxid: txidFromInternal(id),
    proof: { kind: 'offer', offerKey: messageKey } as const,
    messageKey,
    genesis,
    peer,
    height,
  };
  const by = secretScalar(new Uint8Array(32).fill(signer));
  const signature = schnorrSign(announcementHash(content), by, new Uint8Array(32));
  return encodeEnvelope(
    sealMessage({ kind: 'announcement', ...content, signature }, messageKey, (hash) =>
      schnorrSign(hash, secret, new Uint8Array(32)),
    ),
  );
}
