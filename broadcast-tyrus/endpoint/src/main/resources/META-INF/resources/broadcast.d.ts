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
   * With what a stream begins that is not resumed: the last n messages, or `"latest"`, the newest of every key, as far
   * as the server allows it. On a plain connection that is asked for at every reconnect too, so that messages may come
   * again after an `open` that has not recovered. Nothing by default: only what comes from now on.
   */
  replay?: number | "latest";
  /** Goes on after this position at the first connection, such as one kept from an earlier visit. None by default. */
  lastEventId?: string;
  /** Whether `broadcast.v1` is offered; with `false` the connection is plain. `true` by default. */
  resume?: boolean;
  /** The longest wait before the first reconnect; twice as long before each further one. 500 by default. */
  firstDelay?: number;
  /** The longest wait before any reconnect, except where `spread` is longer. 30,000 by default. */
  maxDelay?: number;
  /**
   * The time over which clients come back that the server has closed with 1001, 1012 or 1013, where it closes many:
   * each waits for `firstDelay` and a random part of this time, or of the usual wait if that is longer. 5,000 by
   * default.
   */
  spread?: number;
  /** How long one attempt may take until the stream is open. 10,000 by default. */
  timeout?: number;
}

/** What is connecting, open, about to try again, or closed until `connect` is called. */
export type BroadcastState = "connecting" | "open" | "waiting" | "closed";

/** A message. */
export interface BroadcastMessageEvent extends Event {
  /** The payload, untouched: text, or an `ArrayBuffer` if it is binary. */
  readonly data: string | ArrayBuffer;
  /** Its position; undefined on a plain connection and for a direct message. */
  readonly id?: string;
  /** Its key, if it has one. */
  readonly key?: string;
  /** Whether the host sent it to this client alone. Never true on a plain connection, which does not tell. */
  readonly direct: boolean;
}

/** Messages are missing. The stream goes on by itself; what was missed has to be got from elsewhere, if it matters. */
export interface BroadcastGapEvent extends Event {
  /** The position after which the stream goes on. */
  readonly id: string;
  /**
   * `evicted`: no longer kept; `epoch`: numbered anew, as after a restart; `future`: the position is ahead of the
   * server's; `overflow`: this client was too slow.
   */
  readonly reason: "evicted" | "epoch" | "future" | "overflow";
  /** How many, if that is known exactly. */
  readonly missed?: number;
}

/** A stream begins. */
export interface BroadcastOpenEvent extends Event {
  /** The position after which it goes on; undefined on a plain connection. */
  readonly id?: string;
  /** Whether it goes on after the last message that was delivered, with nothing missing. */
  readonly recovered: boolean;
  /** Whether the connection is numbered. If not, nothing is resumed and no gap is told. */
  readonly numbered: boolean;
}

/** A connection, or an attempt at one, has ended. */
export interface BroadcastCloseEvent extends Event {
  /** The close code (RFC 6455 section 7.4); 1006 also if there never was a connection. */
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  /** In how many milliseconds it connects again; undefined if it does not. */
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
 * The stream of a Broadcast hub: a WebSocket that connects again after every loss, and goes on exactly where it was or
 * says what is missing. For pages and workers.
 *
 * ```js
 * const live = new BroadcastSocket("/live", { replay: 50 });
 * live.addEventListener("message", ({ data }) => show(data));
 * live.addEventListener("gap", () => reload());
 * ```
 *
 * - It waits for a random part of `firstDelay` before it connects again, of twice that after the next failure, and so
 *   on up to `maxDelay` (exponential backoff with full jitter). A connection that lasts 5 seconds resets the waits. When
 *   the network or the tab comes back, it waits for a part of `firstDelay` only.
 * - It stays closed after 1000, 1002, 1003, 1007, 1008, 1010, 3000, 3003 and the application's codes from 4000 on.
 *   What a handshake was refused with, such as 401 or 429, is hidden from pages by their browser: the waits apply.
 * - A connection that was open while the browser was offline is replaced when it is online again.
 * - If the server selects another subprotocol than `broadcast.v1`, or refuses it, the connection is plain. A client that
 *   has a position never goes back to plain by itself, because it would lose its place.
 */
export class BroadcastSocket extends EventTarget {
  /**
   * Connects.
   *
   * @param url absolute, or relative to the page; `http` and `https` mean `ws` and `wss`
   * @throws TypeError if it is no URL
   */
  constructor(url: string | URL, options?: BroadcastSocketOptions);

  readonly state: BroadcastState;
  /** The position of the last message that was delivered, `""` before there is one. */
  readonly lastEventId: string;
  /** The subprotocol that the server has selected, `""` if none. */
  readonly protocol: string;
  readonly numbered: boolean;
  /** How many bytes that were sent are still in the browser. */
  readonly bufferedAmount: number;

  /** Connects now, also after `close`. Does nothing if it is open or connecting. */
  connect(): void;

  /**
   * Hands `data` to the connection, once. Nothing is kept for later and nothing is sent again.
   *
   * @returns whether there was an open connection to hand it to; that it has arrived is not known
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
