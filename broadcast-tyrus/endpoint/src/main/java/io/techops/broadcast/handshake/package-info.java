/**
 * The decision of the host application about a handshake: {@link io.techops.broadcast.handshake.HandshakePolicy}, and
 * what it is told, {@link io.techops.broadcast.handshake.HandshakeRequest}. The same for the server and in containers.
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
