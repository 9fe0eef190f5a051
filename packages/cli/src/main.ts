#!/usr/bin/env node
import { runProgram } from './commands/program.ts';

// `prometh … | head` closes standard output early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await runProgram(process.argv.slice(2));
