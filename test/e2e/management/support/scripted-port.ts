import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setSecurityHeaders } from '../../../../lib/management/worker/access/security-headers.js';
import type { FeedPicture } from '../../../../lib/management/worker/page/feed-picture.js';
import type { PageTokens } from '../../../../lib/management/worker/page/page-files.js';
import { PageFiles } from '../../../../lib/management/worker/page/page-files.js';

const NO_TOKENS = { token: undefined, readToken: undefined };
const EMPTY_ANSWERS: Readonly<Record<string, unknown>> = {
  'GET /diagnostics/incidents': { incidents: [] },
  'GET /diagnostics/events': { events: [] },
  'GET /diagnostics/advice': { advice: [] },
};

/** A management port that says what the test has it say; the page is the real one. */
export class ScriptedPort {
  /** What is answered, by method and path; anything else is 404. */
  readonly answers: Record<string, unknown> = { ...EMPTY_ANSWERS };
  /** What was asked for, the files of the page left out. */
  readonly asked: string[] = [];
  readonly #feeds = new Set<ServerResponse>();
  readonly #server: Server;
  readonly #token: string | undefined;
  readonly #files: PageFiles;
  #picture: FeedPicture | undefined;

  private constructor(tokens: PageTokens, plotFolder?: null) {
    this.#token = tokens.token;
    this.#files = new PageFiles(tokens, plotFolder);
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** @param plotFolder `null` for a port without uPlot */
  static async start(tokens: PageTokens = NO_TOKENS, plotFolder?: null): Promise<ScriptedPort> {
    const port = new ScriptedPort(tokens, plotFolder);
    port.#server.listen(0, '127.0.0.1');
    await once(port.#server, 'listening');
    return port;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** To all who listen, and first to whoever begins to. */
  tell(picture: FeedPicture): void {
    this.#picture = picture;
    for (const feed of this.#feeds) feed.write(eventOf(picture));
  }

  /** Ends all feeds. */
  cut(): void {
    for (const feed of this.#feeds) feed.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    setSecurityHeaders(response);
    const { pathname } = new URL(request.url ?? '/', 'http://port');
    const file =
      pathname === '/' ? this.#files.start : this.#files.find(pathname.slice('/page/'.length));
    if (file !== undefined) {
      response.setHeader('Content-Type', file.type);
      response.end(file.content);
      return;
    }
    const what = `${request.method} ${pathname}`;
    this.asked.push(what);
    const isRefused =
      this.#token !== undefined && request.headers.authorization !== `Bearer ${this.#token}`;
    if (isRefused) send(response, 401, { statusCode: 401, message: 'a token is needed' });
    else if (what === 'GET /feed') this.#feed(response);
    else if (what in this.answers) send(response, 200, this.answers[what]);
    else send(response, 404, { statusCode: 404, message: `nothing at ${what}` });
  }

  #feed(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    this.#feeds.add(response);
    response.once('close', () => this.#feeds.delete(response));
    if (this.#picture !== undefined) response.write(eventOf(this.#picture));
    else response.flushHeaders();
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function eventOf(picture: FeedPicture): string {
  return `data: ${JSON.stringify(picture)}\n\n`;
}
