import { BroadcastSocket } from "./broadcast.js";

/* The page's own scripts are not modules, because browsers load no modules for a page opened from a file. */
window.BroadcastSocket = BroadcastSocket;
