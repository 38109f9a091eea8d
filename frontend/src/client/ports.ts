// What the driver needs of the outside, so that tests can give it another outside.

import type { Message } from './wire';

export interface SocketHandlers {
  onOpen(): void;
  onText(data: unknown): void;
  onClose(code: number, reason: string): void;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface Clock {
  now(): number; // ms
  after(ms: number, run: () => void): () => void; // returns what cancels it
}

/** Why an HTTP call gave no result. `status` 0 = the server could not be reached. */
export interface CallFailed {
  ok: false;
  status: number;
  detail: string;
}

export type Called<T> = { ok: true; value: T } | CallFailed;

export interface Outside {
  connect(sessionId: number, after: number, epoch: string | null, handlers: SocketHandlers): Socket;
  fetchMessages(sessionId: number, after: number): Promise<Called<Message[]>>;
  postQuestion(sessionId: number, clientId: string, content: string): Promise<Called<Message>>;
  cancelJob(sessionId: number, jobId: string): Promise<Called<unknown>>;
  clock: Clock;
  newId(): string;
  random(): number;
  online(): boolean;
}

/** The part of localStorage that is used; absent or full storage must not break the chat. */
export interface KeyValues {
  keys(): string[];
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}
