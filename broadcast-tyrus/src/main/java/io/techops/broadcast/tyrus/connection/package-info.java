/**
 * One connection after its handshake: its reader, its writer, the socket with or without TLS, and its
 * close. Uses {@code frame}. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.connection;

import org.jspecify.annotations.NullMarked;
