import { configureGlobal } from 'fast-check';

// The same values for every mutant, so that a rate can be measured again; the first counterexample is enough.
configureGlobal({ seed: 1, endOnFailure: true });
