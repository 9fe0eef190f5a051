export { DemoNetwork, type MemberProcess } from './demo/network.ts';
export { hasEnded, jobStatus, type RemoteJob, submitJob } from './job/remote.ts';
