// Pairs of products in registers only: what the multipliers can do, without memory and without anything else to do.
// Twelve chains hide the latency of each.

/** `rounds` rounds of 12 times 8 products of int16. @returns something that depends on all of them */
export function peak(rounds: i32, seed: i32): i32 {
  const x = i16x8.splat(<i16>seed);
  let a = i32x4.splat(1);
  let b = i32x4.splat(2);
  let c = i32x4.splat(3);
  let d = i32x4.splat(4);
  let e = i32x4.splat(5);
  let f = i32x4.splat(6);
  let g = i32x4.splat(7);
  let h = i32x4.splat(8);
  let i = i32x4.splat(9);
  let j = i32x4.splat(10);
  let k = i32x4.splat(11);
  let l = i32x4.splat(12);
  for (let round = 0; round < rounds; round++) {
    a = i32x4.dot_i16x8_s(x, a);
    b = i32x4.dot_i16x8_s(x, b);
    c = i32x4.dot_i16x8_s(x, c);
    d = i32x4.dot_i16x8_s(x, d);
    e = i32x4.dot_i16x8_s(x, e);
    f = i32x4.dot_i16x8_s(x, f);
    g = i32x4.dot_i16x8_s(x, g);
    h = i32x4.dot_i16x8_s(x, h);
    i = i32x4.dot_i16x8_s(x, i);
    j = i32x4.dot_i16x8_s(x, j);
    k = i32x4.dot_i16x8_s(x, k);
    l = i32x4.dot_i16x8_s(x, l);
  }
  const sum = v128.xor(
    v128.xor(v128.xor(v128.xor(a, b), v128.xor(c, d)), v128.xor(v128.xor(e, f), v128.xor(g, h))),
    v128.xor(v128.xor(i, j), v128.xor(k, l)),
  );
  return i32x4.extract_lane(sum, 0) ^ i32x4.extract_lane(sum, 1) ^ i32x4.extract_lane(sum, 2) ^ i32x4.extract_lane(sum, 3);
}
