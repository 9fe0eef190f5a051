import { describe } from 'vitest';
import { transportContract } from './contract.ts';
import { loopbackNet } from './libp2p-net.ts';

describe('transport over libp2p', () => {
  transportContract(async () => loopbackNet());
});
