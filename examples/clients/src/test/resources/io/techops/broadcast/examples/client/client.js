import { BroadcastSocket } from "/broadcast.js";

/** Every event of the client, as text; and every message's text. */
window.events = [];
window.messages = [];
/** The positions that came, apart from their epoch. */
window.ids = [];

window.start = (url, options) => {
  const socket = window.socket = new BroadcastSocket(url, options);
  for (const type of ["open", "message", "gap", "close", "state"]) {
    socket.addEventListener(type, event => {
      const { isTrusted, ...own } = event;
      if (own.data instanceof ArrayBuffer) {
        own.data = [...new Uint8Array(own.data)];
      }
      if (type === "message") {
        messages.push(own.data);
        ids.push(own.id);
      }
      if (type !== "message" || messages.length < 100) {
        events.push(`${type} ${JSON.stringify(own)}`);
      }
    });
  }
  return socket;
};

window.ready = true;
