import { loadRuntime, type OnnxRuntime, onnxruntimeEngine } from '@prometheus-compute/sandbox';
import { compareOnThread } from '../measure.ts';
import type { Section } from '../report/section.ts';
import { floatNetwork } from './float-network.ts';
import type { Subject } from './subjects.ts';

const NOTES = [
  'The strongest baseline for whoever has it: the CPU build of `onnxruntime-node`, one thread. *float32* is the same network in real numbers (same layers, ReLU for requantisation), whose last bits differ between machines, so that nobody can check it; who needs no check would take it. *engine* is the optional engine of Workers: its products of integers, the rest by our kernels, the same bits as the kernels.',
];

/**
 * The engines and the check against `onnxruntime-node`, which is no dependency: ONNXRUNTIME names the folder in which it is installed.
 *
 * @param checker - makes what checks all chunks of a subject
 */
export async function onnxruntimeSection(
  subjects: readonly Subject[],
  checker: (subject: Subject) => () => Promise<void>,
): Promise<Section> {
  const title = 'Models: against onnxruntime';
  const runtime = await loadRuntime(process.env.ONNXRUNTIME).catch((error: Error) => error.message);
  if (typeof runtime === 'string') {
    const rows = [['not installed: ONNXRUNTIME names the folder where it is']];
    return { title, notes: NOTES, table: { columns: [{ name: 'onnxruntime-node' }], rows } };
  }
  const rows: (readonly (string | number)[])[] = [];
  for (const subject of subjects) rows.push(await compared(runtime, subject, checker(subject)));
  return {
    title,
    notes: NOTES,
    table: {
      columns: [
        { name: 'work' },
        { name: 'kernels: run, ms', digits: 2 },
        { name: 'engine: run, ms', digits: 2 },
        { name: 'float32: run, ms', digits: 2 },
        { name: 'check, ms', digits: 2 },
        { name: 'kernels / engine', digits: 1 },
        { name: 'engine / check', digits: 1 },
        { name: 'float32 / check', digits: 1 },
      ],
      rows,
    },
  };
}

async function compared(
  runtime: OnnxRuntime,
  { name, model, engine, chunks }: Subject,
  check: () => Promise<void>,
): Promise<readonly (string | number)[]> {
  const fast = await onnxruntimeEngine(model, runtime);
  const runFloat = await floatNetwork(runtime, model, chunks[0]!.length / model.inputBytes);
  const all = async (work: (chunk: Uint8Array) => unknown): Promise<void> => {
    for (const chunk of chunks) await work(chunk);
  };
  const times = await compareOnThread({
    kernels: () => all((chunk) => engine.run(chunk)),
    engine: () => all((chunk) => fast.run(chunk)),
    float: () => all(runFloat),
    check,
  });
  return [
    name,
    times.kernels,
    times.engine,
    times.float,
    times.check,
    times.kernels / times.engine,
    times.engine / times.check,
    times.float / times.check,
  ];
}
