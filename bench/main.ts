import { parseArgs } from 'node:util';
import { chainSections } from './chain/sections.ts';
import { workSections } from './execution/sections.ts';
import { graphSections } from './graph/sections.ts';
import { writeDocument } from './report/document.ts';
import { machineText, thisMachine } from './report/machine.ts';
import type { Section } from './report/section.ts';
import { sectionText } from './report/text.ts';
import { setupSections } from './setup/sections.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});
const machine = thisMachine();
const sections: Section[] = [];

const add = (more: readonly Section[]): void => {
  sections.push(...more);
  if (!values.json) for (const section of more) process.stdout.write(`${sectionText(section)}\n\n`);
};

if (!values.json) process.stdout.write(`${machineText(machine)}\n\n`);
const setup = await setupSections();
add(setup.sections);
const { terms } = setup.graph;
add(await graphSections(terms));
add(await chainSections(terms));
add(await workSections(terms));
if (values.json) process.stdout.write(`${JSON.stringify({ machine, sections }, null, 2)}\n`);
if (values.write) writeDocument(machine, sections);
