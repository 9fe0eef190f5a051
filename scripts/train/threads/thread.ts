// One thread of a training: it works on slices of batches beside the others, all on one memory.
import { parentPort, workerData } from 'node:worker_threads';
import { derivedSeed, seededRandom, shuffle } from '../../fashion-mnist/random.ts';
import { instantiateKernels } from '../kernels.ts';
import { allocator, buildNetwork } from '../network.ts';
import { drawPlacement, type Pictures, pictureAt, placePicture, UNCHANGED } from '../pictures.ts';
import { planNetwork, sizeOf } from '../plan.ts';
import { learningRate, stepsOfEpoch } from '../schedule.ts';
import { barrier } from './barrier.ts';
import { CONTROL_WORDS } from './layout.ts';
import type { Answer, Task, ThreadData } from './messages.ts';

/** What a seed is derived for. */
const ORDER = 1;
const PLACEMENT = 2;
const DROPOUT = 3;

const data = workerData as ThreadData;
const { layout, recipe, seed, thread, threads } = data;
const kernels = instantiateKernels(data.module, layout.memory);
const plan = planNetwork(recipe.input, recipe.layers);
const { take } = allocator(layout.threads[thread]!);
const network = buildNetwork(plan, recipe.slice, layout.parameters, take, kernels);
const size = sizeOf(recipe.input);
const samples = new Float32Array(layout.memory.buffer, network.samples, recipe.slice * size);
const labels = new Uint8Array(layout.memory.buffer, network.labels, recipe.slice);
const control = new Int32Array(layout.memory.buffer, layout.control, CONTROL_WORDS);
const meet = barrier(control.subarray(0, 2), threads);
const claims = control.subarray(2, 4);
const slicesOfStep = recipe.batch / recipe.slice;
const sliceBytes = 4 * plan.parameterFloats;

const answer = (message: Answer): void => parentPort!.postMessage(message);

parentPort!.on('message', (task: Task) => {
  if (task.kind === 'epoch') runEpoch(task.epoch);
  else measure(data[task.set]);
  answer({ kind: 'done' });
});

function runEpoch(epoch: number): void {
  const order = Uint32Array.from({ length: data.training.count }, (_, index) => index);
  shuffle(order, seededRandom(derivedSeed(seed, ORDER, epoch)));
  const steps = stepsOfEpoch(recipe, data.training.count);
  for (let step = 0; step < steps; step++) {
    // Threads take slices as they become free: which thread computes a slice changes none of its numbers.
    for (;;) {
      const slice = Atomics.add(claims, step & 1, 1);
      if (slice >= slicesOfStep) break;
      learnSlice(epoch, step, slice, order);
    }
    meet();
    if (thread === 0) Atomics.store(claims, (step + 1) & 1, 0);
    update(epoch * steps + step, recipe.epochs * steps);
    meet();
    if (thread === 0) answer({ kind: 'step', step: step + 1 });
  }
  // The next epoch starts with counter 0, whichever was the last.
  if (thread === 0) claims.fill(0);
  meet();
}

function learnSlice(epoch: number, step: number, slice: number, order: Uint32Array): void {
  const place = step * slicesOfStep + slice;
  for (let at = 0; at < recipe.slice; at++) {
    const index = order[place * recipe.slice + at]!;
    const drawn = drawPlacement(derivedSeed(seed, PLACEMENT, epoch, index), recipe.shift, recipe.mirror);
    const target = samples.subarray(at * size, (at + 1) * size);
    placePicture(pictureAt(data.training, index, recipe.input), recipe.input, drawn, target);
    labels[at] = data.training.labels[index]!;
  }
  const result = network.run(recipe.slice, {
    seed: derivedSeed(seed, DROPOUT, epoch, place),
    scale: 1 / recipe.batch,
    gradients: layout.slices + slice * sliceBytes,
  });
  data.losses[place] = result.loss;
  data.hits[place] = result.hits;
}

/** Sums the slices' gradients in their order and moves this thread's share of the parameters. */
function update(step: number, steps: number): void {
  const rate = learningRate(recipe, step, steps, kernels.cosine);
  for (const { offset, count, decays } of plan.parameters) {
    const padded = Math.ceil(count / 4) * 4;
    const from = Math.floor((padded * thread) / threads / 4) * 4;
    const to = Math.floor((padded * (thread + 1)) / threads / 4) * 4;
    if (from === to) continue;
    const at = 4 * (offset + from);
    kernels.sumParts(layout.slices + at, plan.parameterFloats, slicesOfStep, layout.gradient + at, to - from);
    kernels.adamStep(
      layout.parameters + at,
      layout.gradient + at,
      layout.means + at,
      layout.squares + at,
      to - from,
      rate,
      decays ? recipe.decay : 0,
      step + 1,
    );
  }
}

function measure(pictures: Pictures): void {
  const slices = Math.ceil(pictures.count / recipe.slice);
  for (let slice = thread; slice < slices; slice += threads) {
    const first = slice * recipe.slice;
    const count = Math.min(recipe.slice, pictures.count - first);
    for (let at = 0; at < count; at++) {
      const target = samples.subarray(at * size, (at + 1) * size);
      placePicture(pictureAt(pictures, first + at, recipe.input), recipe.input, UNCHANGED, target);
      labels[at] = pictures.labels[first + at]!;
    }
    const result = network.run(count);
    data.losses[slice] = result.loss;
    data.hits[slice] = result.hits;
  }
}
