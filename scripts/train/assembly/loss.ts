/**
 * Cross-entropy of the softmax. Turns logits[sample][class] into the gradient of the loss, times `scale`, in place.
 * @returns the loss, summed over the samples; `hits` gets the number of samples whose largest logit is their label
 *   (the lowest class wins a tie)
 */
export function crossEntropy(
  logits: usize,
  labels: usize,
  samples: i32,
  classes: i32,
  scale: f32,
  hits: usize,
): f64 {
  let loss: f64 = 0;
  let right = 0;
  for (let sample = 0; sample < samples; sample++) {
    const label = <i32>load<u8>(labels + <usize>sample);
    let best = 0;
    for (let c = 1; c < classes; c++) if (logit(logits, c) > logit(logits, best)) best = c;
    if (best == label) right++;
    const top = logit(logits, best);
    let total: f64 = 0;
    for (let c = 0; c < classes; c++) total += Math.exp(<f64>logit(logits, c) - <f64>top);
    loss += Math.log(total) - <f64>(logit(logits, label) - top);
    for (let c = 0; c < classes; c++) {
      const share = Math.exp(<f64>logit(logits, c) - <f64>top) / total;
      const error = c == label ? share - 1 : share;
      store<f32>(logits + (<usize>c << 2), <f32>error * scale);
    }
    logits += <usize>classes << 2;
  }
  store<i32>(hits, right);
  return loss;
}

@inline
function logit(logits: usize, c: i32): f32 {
  return load<f32>(logits + (<usize>c << 2));
}
