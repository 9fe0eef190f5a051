import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadJob } from '../../src/job/load.ts';
import { runPlainly } from './plain-wasi.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const WASI_IMPORTS = ['fd_read', 'fd_write', 'proc_exit'];
const example = (path: string) => readFileSync(join(ROOT, 'examples', path));

describe.each(['fashion-mnist/classify.wasm', 'primes/primes.wasm'])('%s', (path) => {
  const committed = example(path);

  it('imports only standard streams and the exit, exports memory and _start', () => {
    const module = new WebAssembly.Module(committed);
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      expect(from).toBe('wasi_snapshot_preview1');
      expect(WASI_IMPORTS).toContain(name);
    }
    expect(WebAssembly.Module.exports(module)).toEqual([
      { name: '_start', kind: 'function' },
      { name: 'memory', kind: 'memory' },
    ]);
  });

  it('declares a maximum of memory and has no start section', () => {
    const sections = new Map(sectionsOf(committed));
    // Memory section: one memory, flags 1 (a maximum follows), minimum, maximum.
    expect([...sections.get(5)!]).toEqual([1, 1, 1, 1]);
    expect(sections.has(8)).toBe(false);
  });
});

describe('the Fashion-MNIST classifier', () => {
  const { specification, labels } = loadJob(join(ROOT, 'examples', 'fashion-mnist', 'job.yaml'));
  const classify = example('fashion-mnist/classify.wasm');

  it('sorts 85.75 % of the 2,000 pictures into the right class, chunk by chunk', () => {
    const classes = specification.batches.flatMap(({ inputs }) =>
      inputs.flatMap((input) => {
        const run = runPlainly(classify, input);
        expect(run.exit).toBe(0);
        return [...run.output];
      }),
    );
    expect(classes).toHaveLength(2000);
    expect(classes.filter((found, index) => found === labels!.classes[index])).toHaveLength(1715);
  });

  it('ends with exit code 1 when the last picture is cut off', () => {
    const cut = specification.batches[0]!.inputs[0]!.subarray(0, 784 + 100);
    expect(runPlainly(classify, cut)).toMatchObject({ exit: 1 });
  });

  it('gives nothing for no picture', () => {
    expect(runPlainly(classify, new Uint8Array())).toEqual({ exit: 0, output: new Uint8Array() });
  });
});

describe('the prime counter', () => {
  const primes = example('primes/primes.wasm');
  const { specification } = loadJob(join(ROOT, 'examples', 'primes', 'job.yaml'));

  it('finds the 78,498 primes below a million, and traps on nonsense', () => {
    const runs = specification.batches[0]!.inputs.map((input) => runPlainly(primes, input));
    const counts = runs.slice(0, 10).map(({ output }) => Number(Buffer.from(output).toString()));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(78_498);
    expect(runs.at(-1)).toEqual({ exit: 'trap', output: new Uint8Array() });
  });

  it.each(['', '5', '5 ', '9 5\n', '1 2', '-1 5\n', '1  5\n', '4294967296 4294967296\n'])(
    'refuses or ignores %j',
    (line) => {
      expect(runPlainly(primes, Buffer.from(line)).exit).toBe(line === '' ? 0 : 'trap');
    },
  );
});

/** The sections of a module by their ids (WebAssembly specification, binary format). */
function sectionsOf(module: Uint8Array): [number, Uint8Array][] {
  const sections: [number, Uint8Array][] = [];
  let offset = 8;
  while (offset < module.length) {
    const id = module[offset++]!;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[offset++]!;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    sections.push([id, module.subarray(offset, offset + size)]);
    offset += size;
  }
  return sections;
}
