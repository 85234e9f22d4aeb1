import { BroadcastSocket } from "./broadcast.js";

/* The page's own scripts are no modules, because browsers load none for a page that was opened from a file. */
window.BroadcastSocket = BroadcastSocket;
