import { fromHex, toHex } from '@prometheus-compute/protocol';
import { expect, it } from 'vitest';
import { findAndDelete } from '../../src/script/find-and-delete.ts';

it.each([
  ['nothing to find', '5152', '', '5152', 0],
  ['once', '515253', '52', '5153', 1],
  ['several times in a row', '5353535353', '53', '', 5],
  ['a whole push', '0302ff03', '0302ff03', '', 1],
  ['a push twice', '0302ff030302ff03', '0302ff03', '', 2],
  ['nothing inside a push', '0302ff030302ff03', '02', '0302ff030302ff03', 0],
  ['nothing inside a push', '0302ff030302ff03', 'ff', '0302ff030302ff03', 0],
  ['the start of a push, after which the rest is read anew', '0302ff030302ff03', '03', '02ff0302ff03', 2],
  ['several instructions', '02feed5169', '02feed51', '69', 1],
  ['nothing that starts inside a push', '02feed5169', 'feed51', '02feed5169', 0],
  ['what deletion brings together only once', '00005151', '0051', '0051', 1],
  ['two that overlap', '000051005151', '0051', '0051', 2],
  ['a malformed push', '0003feed', '03feed', '00', 1],
  ['before a malformed push', '0003feed', '00', '03feed', 1],
])('finds %s', (_, script, pattern, left, found) => {
  const deletion = findAndDelete(fromHex(script), fromHex(pattern));
  expect([toHex(deletion.script), deletion.found]).toEqual([left, found]);
});
