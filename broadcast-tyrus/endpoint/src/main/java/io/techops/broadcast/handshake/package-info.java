/**
 * The decision of the host application about a handshake: a {@link io.techops.broadcast.handshake.HandshakePolicy} gets
 * a {@link io.techops.broadcast.handshake.HandshakeRequest} and returns a {@link
 * io.techops.broadcast.handshake.Decision}. The same types are used in the server and in containers.
 *
 * <pre>{@code
 * HandshakePolicy membersOnly = request -> {
 *     String user = users.get(request.bearerToken());
 *     return user == null ? Decision.refuse(401, "a valid token is needed") : Decision.accept().attribute(USER, user);
 * };
 * }</pre>
 */
@NullMarked
package io.techops.broadcast.handshake;

import org.jspecify.annotations.NullMarked;
