import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.ts';
import { chainSections } from './chain/sections.ts';
import { daemonSections } from './daemons/sections.ts';
import { workSections } from './execution/sections.ts';
import { graphSections } from './graph/sections.ts';
import { kernelSections } from './kernels/sections.ts';
import { modelSections } from './models/sections.ts';
import { writeDocument, writeSections } from './report/document.ts';
import { machineText, thisMachine } from './report/machine.ts';
import type { Section } from './report/section.ts';
import { sectionText } from './report/text.ts';
import { setupSections } from './setup/sections.ts';

const GROUPS = ['contract', 'kernels', 'models', 'daemons'] as const;

// npm run bench -- kernels: only that group; with --write, only its tables are replaced. daemons --open 1000: so many open contracts.
const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    open: { type: 'string' },
  },
  allowPositionals: true,
});
for (const name of positionals) {
  if (!GROUPS.some((group) => group === name)) throw new BenchError(`no group ${name}: ${GROUPS.join(', ')}`);
}
const open = values.open === undefined ? undefined : Number(values.open);
if (open !== undefined && !(Number.isInteger(open) && open >= 1 && open <= 1_000))
  throw new BenchError('--open wants a number of contracts from 1 to 1000');
const wanted = (group: (typeof GROUPS)[number]): boolean =>
  positionals.length === 0 || positionals.includes(group);
const machine = thisMachine();
const sections: Section[] = [];

const add = (more: readonly Section[]): void => {
  sections.push(...more);
  if (!values.json) for (const section of more) process.stdout.write(`${sectionText(section)}\n\n`);
};

if (!values.json) process.stdout.write(`${machineText(machine)}\n\n`);
if (wanted('contract')) {
  const setup = await setupSections();
  add(setup.sections);
  const { terms } = setup.graph;
  add(await graphSections(terms));
  add(await chainSections(terms));
  add(await workSections(terms));
}
if (wanted('kernels')) add(await kernelSections());
if (wanted('models')) add(await modelSections());
if (wanted('daemons')) add(await daemonSections(open));
if (values.json) process.stdout.write(`${JSON.stringify({ machine, sections }, null, 2)}\n`);
if (values.write) (positionals.length > 0 ? writeSections : writeDocument)(machine, sections);
