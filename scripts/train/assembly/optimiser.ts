/** Against a division by zero where a gradient was always zero: the usual value of Adam. */
const EPSILON: f32 = 1e-8;

/** target[i] = Σ_part parts[part·stride + i], in the order of the parts; `stride` in floats, `count` a multiple of 4. */
export function sumParts(parts: usize, stride: i32, partCount: i32, target: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    let sum = v128.load(parts + at);
    for (let part = 1; part < partCount; part++)
      sum = f32x4.add(sum, v128.load(parts + at + ((<usize>part * stride) << 2)));
    v128.store(target + at, sum);
  }
}

/**
 * One step of AdamW (Loshchilov and Hutter, 2019) on `count` parameters, a multiple of 4.
 * @param step - number of this step, from 1, for the correction of the means, which start at 0
 * @param decay - share of a parameter that goes at each step, times the rate
 */
export function adamStep(
  values: usize,
  gradient: usize,
  mean: usize,
  square: usize,
  count: i32,
  rate: f32,
  decay: f32,
  step: i32,
): void {
  const beta1: f32 = 0.9;
  const beta2: f32 = 0.999;
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const rest1 = f32x4.splat(<f32>1 - beta1);
  const rest2 = f32x4.splat(<f32>1 - beta2);
  const size = f32x4.splat(<f32>(<f64>rate / (1 - power(<f64>beta1, step))));
  const unbias = f32x4.splat(<f32>(1 / (1 - power(<f64>beta2, step))));
  const epsilon = f32x4.splat(EPSILON);
  const kept = f32x4.splat(<f32>1 - rate * decay);
  for (let i = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    const g = v128.load(gradient + at);
    const m = f32x4.add(f32x4.mul(b1, v128.load(mean + at)), f32x4.mul(rest1, g));
    const v = f32x4.add(f32x4.mul(b2, v128.load(square + at)), f32x4.mul(rest2, f32x4.mul(g, g)));
    v128.store(mean + at, m);
    v128.store(square + at, v);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(v, unbias)), epsilon);
    const moved = f32x4.div(f32x4.mul(size, m), root);
    v128.store(values + at, f32x4.sub(f32x4.mul(kept, v128.load(values + at)), moved));
  }
}

/** base^exponent by repeated squaring: no library's power function is the same everywhere. */
function power(base: f64, exponent: i32): f64 {
  let result: f64 = 1;
  while (exponent > 0) {
    if (exponent & 1) result *= base;
    base *= base;
    exponent >>= 1;
  }
  return result;
}

/** Cosine with the compiler's own arithmetic: that of the engine may differ from machine to machine. */
export function cosine(angle: f64): f64 {
  return Math.cos(angle);
}
