/** What Java EE 8 calls its annotations, for a test of what happens with a class that has one. */
package javax.websocket.server;
