/** How a `BroadcastSocket` connects. Times are in milliseconds. */
export interface BroadcastSocketOptions {
  /** Subprotocols of the application, offered after `broadcast.v1`. None by default. */
  protocols?: string[];
  /**
   * A bearer token, sent as the subprotocols `bearer` and the token itself, because a page cannot set headers. It may
   * have letters, digits and ``!#$%&'*+-.^_`|~``, as a JWT does. A function is called anew for every attempt; if it
   * fails, the attempt has failed. None by default.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * The earlier messages at the start of a stream that is not resumed: the last n messages, or `"latest"`, the newest
   * of every key, as far as the server allows it. A plain connection asks for them at every reconnect too, so that
   * messages may come again after an `open` that has not recovered. By default none: only new messages.
   */
  replay?: number | "latest";
  /**
   * The position after which the first connection resumes, for example from an earlier visit. None by default. The
   * constructor throws a `TypeError` if it is not a position.
   */
  lastEventId?: string;
  /** Whether `broadcast.v1` is offered; with `false` the connection is plain. `true` by default. */
  resume?: boolean;
  /** The longest wait before the first reconnect; twice as long before each further one. 500 by default. */
  firstDelay?: number;
  /** The longest wait before any reconnect, except where `spread` is longer. 30,000 by default. */
  maxDelay?: number;
  /**
   * The time over which clients reconnect after the close codes 1001, 1012 and 1013, with which a server closes many
   * clients: each waits for `firstDelay` plus a random part of this time, or of the usual wait if that is longer.
   * 5,000 by default.
   */
  spread?: number;
  /** How long one attempt may take until the stream is open, including the call of `token`. 10,000 by default. */
  timeout?: number;
}

/** Connecting, open, waiting for the next attempt, or closed until `connect` is called. */
export type BroadcastState = "connecting" | "open" | "waiting" | "closed";

/** A message. */
export interface BroadcastMessageEvent extends Event {
  /** The payload, untouched: text, or an `ArrayBuffer` if it is binary. */
  readonly data: string | ArrayBuffer;
  /** Its position; undefined on a plain connection and for a direct message. */
  readonly id?: string;
  /** Its key, if it has one. */
  readonly key?: string;
  /** Whether the host sent it to this client alone. Never true on a plain connection, where that is not known. */
  readonly direct: boolean;
}

/** Messages are missing. The stream goes on by itself; get the missing data from elsewhere if it matters. */
export interface BroadcastGapEvent extends Event {
  /** The position after which the stream goes on. */
  readonly id: string;
  /**
   * `evicted`: no longer kept; `epoch`: numbered anew, for example after a restart; `future`: the position is ahead of
   * the server's; `overflow`: this client was too slow.
   */
  readonly reason: "evicted" | "epoch" | "future" | "overflow";
  /** How many messages are missing, if that is known exactly. */
  readonly missed?: number;
}

/** A stream begins. */
export interface BroadcastOpenEvent extends Event {
  /** The position after which the stream goes on; undefined on a plain connection. */
  readonly id?: string;
  /** Whether the stream goes on after the last delivered message, with nothing missing. */
  readonly recovered: boolean;
  /** Whether messages have positions. If not, nothing is resumed and no gap is reported. */
  readonly numbered: boolean;
}

/** A connection, or an attempt at one, has ended. */
export interface BroadcastCloseEvent extends Event {
  /** The close code (RFC 6455 section 7.4); 1006 also if there never was a connection. */
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  /** In how many milliseconds the socket reconnects; undefined if it does not. */
  readonly retryIn?: number;
}

/** `state` has changed. */
export interface BroadcastStateEvent extends Event {
  readonly state: BroadcastState;
}

export interface BroadcastSocketEventMap {
  message: BroadcastMessageEvent;
  gap: BroadcastGapEvent;
  open: BroadcastOpenEvent;
  close: BroadcastCloseEvent;
  state: BroadcastStateEvent;
}

/**
 * The stream of a Broadcast hub: a WebSocket that reconnects after every loss, and resumes exactly where it was or
 * reports what is missing. For pages and workers.
 *
 * ```js
 * const live = new BroadcastSocket("/live", { replay: 50 });
 * live.addEventListener("message", ({ data }) => show(data));
 * live.addEventListener("gap", () => reload());
 * ```
 *
 * - It waits for a random part of `firstDelay` before it reconnects, of twice that time after the next failure, and so
 *   on up to `maxDelay` (exponential backoff with full jitter). A connection that lasts 5 seconds resets the waits.
 *   When the network comes back or the tab becomes visible, it waits only for a random part of `firstDelay`.
 * - It stays closed after 1000, 1002, 1003, 1007, 1008, 1010, 3000, 3003 and the application's codes from 4000 on.
 *   The browser hides from pages why a handshake was refused, such as 401 or 429: then the waits apply.
 * - A connection that was open while the browser was offline is replaced when it is online again.
 * - If the server selects another subprotocol than `broadcast.v1`, or none, the connection is plain: messages have no
 *   positions. The browser fails the handshake if the server selects none, and does not tell this from other failures.
 *   So if the first handshake fails, a plain one is tried; if the server accepts that, the numbered one is tried once
 *   more, and only if that fails, too, the connection is plain. A client that has a position never changes to a plain
 *   connection, because it would lose its place.
 */
export class BroadcastSocket extends EventTarget {
  /**
   * Connects.
   *
   * @param url absolute, or relative to the page; `http` and `https` mean `ws` and `wss`
   * @throws TypeError if it is not a URL, or if `lastEventId` is not a position
   */
  constructor(url: string | URL, options?: BroadcastSocketOptions);

  readonly state: BroadcastState;
  /** The position of the last message that was delivered, `""` before there is one. */
  readonly lastEventId: string;
  /** The subprotocol that the server has selected, `""` if none. */
  readonly protocol: string;
  readonly numbered: boolean;
  /** How many bytes of sent messages are still in the browser. */
  readonly bufferedAmount: number;

  /** Connects now, also after `close`. Does nothing if the socket is open or connecting. */
  connect(): void;

  /**
   * Hands `data` to the connection, once. Nothing is queued and nothing is sent again.
   *
   * @returns whether a connection was open; `true` does not mean that the message has arrived
   */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): boolean;

  /** Closes until `connect` is called. */
  close(code?: number, reason?: string): void;

  addEventListener<K extends keyof BroadcastSocketEventMap>(
    type: K,
    listener: (event: BroadcastSocketEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof BroadcastSocketEventMap>(
    type: K,
    listener: (event: BroadcastSocketEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
