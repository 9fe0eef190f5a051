/** What a daemon logs, and how it is told to people. Nothing else is ever logged. */
export const EVENTS = Object.freeze({
  starting: 'the node starts',
  unlocked: 'the wallet is open',
  listening: 'peers reach this node here',
  started: 'the node is up',
  stopping: 'the node stops: no new work, what runs is finished',
  stopped: 'the node has stopped',
  'stop-overdue': 'some work did not end in time; it is taken up at the next start',
  tip: 'the chain has a new tip',
  catching: 'reading older blocks',
  'chain-unreachable': 'the Bitcoin node gives no answer that can be used; it is asked again',
  'chain-back': 'the Bitcoin node answers again',
  alarm: 'the Bitcoin node cannot be trusted',
  'alarm-over': 'the trouble with the Bitcoin node is over',
  reorganisation:
    'more blocks left the chain than may: nothing is published until the operator says so (`prometh node resume`)',
  resumed: 'the operator has looked: publishing goes on',
  moved: 'a channel has moved',
  fault: 'a channel has met a fault',
  'task-failed': 'a task has failed',
  'outbox-failed': 'a message or task could not be handed on; it is tried again',
  'publish-failed': 'a transaction could not be handed to the chain; it is tried again',
  'not-confirmed-in-time': 'a transaction did not confirm in time: its fee reserve was not enough',
  collecting: 'outputs of a contract are on their way to the wallet',
  published: 'a transaction was handed to the chain',
  'receive-failed': 'a message could not be taken in; its sender sends it again',
  'refused-envelope': 'a message was refused',
  peer: 'a peer came or went',
  'peer-trouble': 'a peer does not keep to the rules',
  offered: 'an offer was published',
  'offer-waits': 'an offer cannot be published yet',
  'offer-spent': 'an offer has been taken up or spent',
  announced: 'offers were announced',
  job: 'a job has moved',
  'backup-written': 'the newest state of contracts is in the backup',
  'backup-behind':
    'the newest state of a contract is in no backup: a lost disk would lose it; it is written again at the next change',
  failed: 'something inside the node failed',
});

/** Name of something that is logged. */
export type LogEvent = keyof typeof EVENTS;
