/**
 * The decision of the host application about a handshake: a {@link io.techops.broadcast.handshake.HandshakePolicy} gets
 * a {@link io.techops.broadcast.handshake.HandshakeRequest} and returns a {@link
 * io.techops.broadcast.handshake.Decision}. The same types are used in the server and in containers.
 *
 * <pre>{@code
 * HandshakePolicy membersOnly = request -> {
 *     String token = request.bearerToken(); // null without one
 *     String user = token == null ? null : users.get(token);
 *     if (user == null) {
 *         return Decision.refuse(401, "a valid token is needed");
 *     }
 *     Decision.Accept accept = Decision.accept().attribute(USER, user);
 *     boolean page = request.subprotocols().contains("bearer"); // it ends the connection if none is selected
 *     return page ? accept.subprotocol("bearer") : accept;
 * };
 * }</pre>
 */
@NullMarked
package io.techops.broadcast.handshake;

import org.jspecify.annotations.NullMarked;
