/**
 * WebSocket frames as bytes (RFC 6455 section 5): the decoder of what comes in, with its rules and limits, and the
 * encoding of a batch, which all peers share. No sockets. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.frame;

import org.jspecify.annotations.NullMarked;
