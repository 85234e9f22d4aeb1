/**
 * The hub as a resource of HTTP: what can be asked at its path other than a WebSocket. Uses {@code handshake} and
 * {@code http}. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.resource;

import org.jspecify.annotations.NullMarked;
