/** Something that happens only after the commit that recorded it (architecture §One way through). */
export type OutboxItem =
  | { readonly kind: 'message'; readonly to: string; readonly payload: Uint8Array }
  | { readonly kind: 'task'; readonly to: ''; readonly payload: Uint8Array };

export type OutboxEntry = OutboxItem & { readonly sequence: number; readonly channel: string };

/** One step of a channel: the events that came, the state that they led to, and what follows from it. */
export interface Commit {
  readonly channel: string;
  readonly events: readonly Uint8Array[];
  readonly state: Uint8Array;
  readonly outbox: readonly OutboxItem[];
  /** Outbox entry (a task) whose result this event is: it is finished by the same commit. */
  readonly completes: number | undefined;
  /** Records that this step writes; null deletes one. */
  readonly records?: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

export interface StoredChannel {
  readonly channel: string;
  readonly state: Uint8Array;
}

/** Port of durable state. A commit is atomic and durable when its promise resolves. */
export interface Store {
  commit(commit: Commit): Promise<readonly OutboxEntry[]>;
  channels(): Promise<readonly StoredChannel[]>;
  /** Every event of a channel in order: replaying them gives the stored state, bit for bit. */
  events(channel: string): Promise<readonly Uint8Array[]>;
  /** What was recorded and not yet finished, in order. */
  pending(): Promise<readonly OutboxEntry[]>;
  /** How many {@link pending} gives, without reading them. */
  pendingCount(): Promise<number>;
  finish(sequence: number): Promise<void>;
  /** A small record of the node itself (pledged stakes, reserved coins). */
  record(key: string): Promise<Uint8Array | undefined>;
  /** Stores a record; with `ifAbsent` it answers false and changes nothing when the key exists. */
  putRecord(key: string, value: Uint8Array, options?: { readonly ifAbsent?: boolean }): Promise<boolean>;
  deleteRecord(key: string): Promise<void>;
  close(): Promise<void>;
}
