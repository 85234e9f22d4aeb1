/**
 * The decision of the host application about a handshake: {@link io.techops.broadcast.handshake.HandshakePolicy},
 * and what it is told, {@link io.techops.broadcast.handshake.HandshakeRequest}.
 */
@NullMarked
package io.techops.broadcast.handshake;

import org.jspecify.annotations.NullMarked;
