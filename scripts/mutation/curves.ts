import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';

/** Results that are kept at most; then all of them are forgotten. */
const MOST = 200_000;

const wordOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);

/** A function of values without any effect: what it gave for the same ones is given again. What throws is computed again. */
function remembered<Values extends readonly unknown[], Result>(
  compute: (...values: Values) => Result,
): (...values: Values) => Result {
  const known = new Map<string, Result>();
  return (...values) => {
    const key = values.map(wordOf).join();
    let result = known.get(key);
    if (result === undefined) {
      result = compute(...values);
      if (known.size >= MOST) known.clear();
      known.set(key, result);
    }
    return result instanceof Uint8Array ? (result.slice() as Result) : result;
  };
}

const { Point } = secp256k1;
const { BASE } = Point;
type CurvePoint = typeof BASE;

/** The same point with Z = 1, so that nobody has to invert Z again. */
const affine = (point: CurvePoint): CurvePoint => (point.is0() ? point : Point.fromAffine(point.toAffine()));

/** An object as it is, but for some of its members: what is frozen cannot be changed in place. */
const changed = <Whole extends object>(whole: Whole, members: Readonly<Record<string, unknown>>): Whole =>
  Object.create(
    whole,
    Object.fromEntries(Object.entries(members).map(([name, value]) => [name, { value }])),
  ) as Whole;

/**
 * The curve as the code under test sees it. The same keys and signatures come up in every play of a test, for every mutant, and take most
 * of its time: each is computed once a process.
 */
export const rememberedCurves = {
  schnorr: {
    ...schnorr,
    getPublicKey: remembered(schnorr.getPublicKey),
    sign: remembered(schnorr.sign),
    verify: remembered(schnorr.verify),
    utils: { ...schnorr.utils, lift_x: remembered(schnorr.utils.lift_x) },
  },
  secp256k1: {
    ...secp256k1,
    getPublicKey: remembered(secp256k1.getPublicKey),
    Point: changed(Point, {
      fromBytes: remembered((bytes: Uint8Array) => Point.fromBytes(bytes)),
      BASE: changed(BASE, {
        multiply: remembered((scalar: bigint) => affine(BASE.multiply(scalar))),
        multiplyUnsafe: remembered((scalar: bigint) => affine(BASE.multiplyUnsafe(scalar))),
      }),
    }),
  },
};
