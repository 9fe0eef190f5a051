import { Worker } from 'node:worker_threads';
import { compileKernels } from './kernels.ts';
import type { DataSet, Pictures } from './pictures.ts';
import { initialParameters, planNetwork } from './plan.ts';
import type { Recipe } from './recipes.ts';
import { stepsOfEpoch } from './schedule.ts';
import { layOut } from './threads/layout.ts';
import type { Answer, Task, ThreadData } from './threads/messages.ts';

/** Loss (mean cross-entropy in nats) and share of right answers of a pass over samples. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** Everything that the next epoch starts from. */
export interface TrainingState {
  /** Epochs that are done. */
  readonly epoch: number;
  readonly parameters: Float32Array;
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

/** How far an epoch is. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
}

/** A training whose threads are running; close it, or the process does not end. */
export interface Training {
  /** Learns from every training sample once. The score is that of the steps as they were taken, with dropout. */
  epoch(report?: (progress: Progress) => void): Promise<Score>;
  /** Applies the network to a set as it is now. */
  measure(set: 'training' | 'test'): Promise<Score>;
  /** A copy of the state. */
  state(): TrainingState;
  close(): Promise<void>;
}

/**
 * Starts a training, or goes on with one. What comes out depends on recipe, seed and data alone: not on the machine,
 * and not on the number of threads.
 * @param options.threads - at most as many as a batch has slices are used
 * @throws Error when the recipe does not fit the data or the state
 */
export async function openTraining(options: {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly data: DataSet;
  readonly threads: number;
  readonly from?: TrainingState;
}): Promise<Training> {
  const { recipe, seed, data } = options;
  const slices = recipe.batch / recipe.slice;
  if (!Number.isInteger(slices)) throw new Error('the slice of a recipe must divide its batch');
  if (data.training.count < recipe.batch) throw new Error('there are fewer samples than one batch has');
  const plan = planNetwork(recipe.input, recipe.layers);
  const threads = Math.max(1, Math.min(options.threads, slices));
  const module = await compileKernels();
  const layout = layOut(module, plan, recipe.slice, slices, threads);
  const view = (address: number) => new Float32Array(layout.memory.buffer, address, plan.parameterFloats);
  const tensors = { parameters: layout.parameters, means: layout.means, squares: layout.squares };
  const views = {
    parameters: view(tensors.parameters),
    means: view(tensors.means),
    squares: view(tensors.squares),
  };
  if (options.from === undefined) {
    views.parameters.set(initialParameters(plan, seed));
  } else {
    for (const name of ['parameters', 'means', 'squares'] as const) {
      if (options.from[name].length !== plan.parameterFloats)
        throw new Error('the state is not one of this network');
      views[name].set(options.from[name]);
    }
  }
  const most = Math.ceil(Math.max(data.training.count, data.test.count) / recipe.slice);
  const losses = new Float64Array(new SharedArrayBuffer(8 * most));
  const hits = new Int32Array(new SharedArrayBuffer(4 * most));
  const { training, test } = data;
  const workers = Array.from({ length: threads }, (_, thread) => {
    const workerData: ThreadData = {
      ...{ module, layout, recipe, seed, training, test },
      ...{ thread, threads, losses, hits },
    };
    return new Worker(new URL('./threads/thread.ts', import.meta.url), { workerData });
  });
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };

  const score = (count: number): Score => {
    let loss = 0;
    let right = 0;
    for (let slice = 0; slice < Math.ceil(count / recipe.slice); slice++) {
      loss += losses[slice]!;
      right += hits[slice]!;
    }
    return { loss: loss / count, accuracy: right / count };
  };
  const run = (task: Task, onStep?: (step: number) => void) => runTask(workers, task, onStep, close);
  const steps = stepsOfEpoch(recipe, training.count);
  let epoch = options.from?.epoch ?? 0;
  return {
    async epoch(report) {
      await run({ kind: 'epoch', epoch }, (step) => report?.({ step, steps }));
      epoch++;
      return score(steps * recipe.batch);
    },
    async measure(set) {
      await run({ kind: 'measure', set });
      return score((set === 'test' ? test : (training satisfies Pictures)).count);
    },
    state: () => ({
      epoch,
      parameters: views.parameters.slice(),
      means: views.means.slice(),
      squares: views.squares.slice(),
    }),
    close,
  };
}

/** Gives a task to every thread. When one fails, all are ended: the others would wait for it for ever. */
async function runTask(
  workers: readonly Worker[],
  task: Task,
  onStep: ((step: number) => void) | undefined,
  close: () => Promise<void>,
): Promise<void> {
  const done = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        const finish = (settle: () => void) => {
          worker.off('message', onMessage).off('error', onError).off('exit', onExit);
          settle();
        };
        const onMessage = (answer: Answer) => {
          if (answer.kind === 'step') onStep?.(answer.step);
          else finish(resolve);
        };
        const onError = (error: unknown) => finish(() => reject(error));
        const onExit = () => finish(() => reject(new Error('a thread of the training ended')));
        worker.on('message', onMessage).on('error', onError).on('exit', onExit);
        worker.postMessage(task);
      }),
  );
  try {
    await Promise.all(done);
  } catch (error) {
    await close();
    await Promise.allSettled(done);
    throw error;
  }
}
