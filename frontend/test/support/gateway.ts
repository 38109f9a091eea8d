// The server's side of the wire in memory, as PROTOCOL.md has it, with the ways in which a line can break.

import type { Called, KeyValues, Outside, Socket, SocketHandlers } from '../../src/client/ports';
import type { Message, Metadata, Progress } from '../../src/client/wire';
import { FakeClock } from './clock';

interface Line {
  handlers: SocketHandlers;
  live: boolean;
  dead: boolean; // half-open: nothing goes through in either direction, and nobody says so
  sent: number;
}

export class FakeGateway {
  readonly messages: Message[] = [];
  readonly connects: number[] = []; // times
  readonly resumes: { after: number; epoch: string | null }[] = [];
  readonly questions: string[] = []; // client ids, as received
  readonly posts: string[] = [];
  jobs: Progress[] = [];
  epoch = 'e1';
  sockets: 'accept' | 'refuse' | 'hang' | 'mute' | number = 'accept'; // mute: accept, pass nothing; a number: accept, then close with that code
  http: 'works' | 'fails' | number = 'works';
  loseQuestions = 0; // so many questions are stored, then the line breaks before anything is said
  refuseQuestions = false;
  ignoreQuestions = 0; // so many are neither stored nor answered
  private lines: Line[] = [];

  constructor(
    readonly clock: FakeClock,
    private readonly sessionId = 7,
  ) {}

  get open(): number {
    return this.lines.filter((line) => line.live).length;
  }

  say(sender: Message['sender'], content: string, metadata: Metadata | null = null): Message {
    const seq = this.messages.length + 1;
    const message = { id: 100 + seq, session_id: this.sessionId, seq, sender, content, criado_em: '2026-11-22T10:00:00-03:00', metadata };
    this.messages.push(message);
    for (const line of this.lines) if (line.live) this.deliver(line);
    return message;
  }

  progress(progress: Progress): void {
    this.broadcast({ type: 'progress', ...progress });
  }

  broadcast(frame: object): void {
    for (const line of this.lines) if (line.live) this.send(line, frame);
  }

  /** Raw text to every open line. */
  raw(text: string): void {
    for (const line of [...this.lines]) if (line.live && !line.dead) line.handlers.onText(text);
  }

  cut(code = 1006, reason = ''): void {
    for (const line of [...this.lines]) this.close(line, code, reason);
  }

  blackHole(): void {
    for (const line of this.lines) line.dead = true;
  }

  /** A restored backup: fewer messages, another epoch. */
  restore(count: number): void {
    this.messages.length = count;
    this.epoch += '+';
    this.cut(1012);
  }

  outside(random: () => number = () => 0.5): Outside {
    let ids = 0;
    return {
      connect: (_session, after, epoch, handlers) => this.connect(after, epoch, handlers),
      fetchMessages: (_session, after) => this.answer(() => this.messages.filter((message) => message.seq > after).slice(0, 500)),
      postQuestion: (_session, clientId, content) =>
        this.answer(() => {
          this.posts.push(clientId);
          return this.take(clientId, content);
        }),
      cancelJob: () => this.answer(() => null),
      clock: this.clock,
      newId: () => `c${++ids}`,
      random,
      online: () => true,
    };
  }

  private connect(after: number, epoch: string | null, handlers: SocketHandlers): Socket {
    this.connects.push(this.clock.now());
    this.resumes.push({ after, epoch });
    const line: Line = { handlers, live: false, dead: false, sent: after };
    this.lines.push(line);
    this.clock.after(5, () => this.admit(line, epoch));
    return { send: (text) => this.receive(line, text), close: () => this.forget(line) };
  }

  private admit(line: Line, epoch: string | null): void {
    if (!this.lines.includes(line) || this.sockets === 'hang') return;
    if (this.sockets === 'refuse') return this.close(line, 1006);
    line.handlers.onOpen();
    if (this.sockets === 'mute') return;
    if (typeof this.sockets === 'number') return this.close(line, this.sockets);
    line.live = true;
    if (line.sent > this.messages.length || (epoch !== null && epoch !== this.epoch && line.sent > 0)) {
      line.sent = 0;
      this.send(line, { type: 'reset', epoch: this.epoch });
    }
    this.deliver(line);
    this.send(line, { type: 'ready', session_id: this.sessionId, last_seq: this.messages.length, epoch: this.epoch, jobs: this.jobs });
  }

  private receive(line: Line, text: string): void {
    if (line.dead || !line.live) return;
    const frame = JSON.parse(text) as Record<string, string>;
    if (frame.type === 'ping') this.send(line, { type: 'pong' });
    if (frame.type !== 'question') return;
    this.questions.push(frame.client_id ?? '');
    if (this.ignoreQuestions-- > 0) return;
    if (this.refuseQuestions) return this.send(line, { type: 'error', code: 'too_long', detail: 'recusada', client_id: frame.client_id });
    const losing = this.loseQuestions > 0;
    if (losing) {
      this.loseQuestions -= 1;
      line.dead = true;
    }
    this.take(frame.client_id ?? '', frame.content ?? '');
    if (losing) this.close(line, 1006);
  }

  private take(clientId: string, content: string): Message {
    const known = this.messages.find((message) => message.metadata?.client_id === clientId);
    if (!known) this.say('human', content, { client_id: clientId });
    return known ?? this.say('agent', `recebi: ${content}`, { type: 'answer' });
  }

  private deliver(line: Line): void {
    for (const message of this.messages.slice(line.sent)) {
      line.sent = message.seq;
      this.send(line, { type: 'message', ...message });
    }
  }

  private send(line: Line, frame: object): void {
    if (!line.dead) line.handlers.onText(JSON.stringify(frame));
  }

  private close(line: Line, code: number, reason = ''): void {
    if (!this.lines.includes(line)) return;
    this.forget(line);
    line.handlers.onClose(code, reason);
  }

  private forget(line: Line): void {
    line.live = false;
    this.lines = this.lines.filter((other) => other !== line);
  }

  private answer<T>(make: () => T): Promise<Called<T>> {
    if (this.http === 'works') return Promise.resolve({ ok: true, value: make() });
    const status = this.http === 'fails' ? 0 : this.http;
    return Promise.resolve({ ok: false, status, detail: status ? `erro ${status}` : '' });
  }
}

export function memoryStore(): KeyValues & { size(): number } {
  const held = new Map<string, string>();
  return {
    keys: () => [...held.keys()],
    get: (key) => held.get(key) ?? null,
    set: (key, value) => void held.set(key, value),
    remove: (key) => void held.delete(key),
    size: () => held.size,
  };
}
