/**
 * Jakarta endpoints of the host application in the server, with Tyrus as their container: deployment, the part of the
 * handshake that an endpoint's configurator has, sessions and their writers. Uses {@code handshake}, {@code
 * connection}, {@code frame} and {@code http}; the server uses it only if there are endpoints, so that Tyrus need not
 * be there otherwise. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.hosting;

import org.jspecify.annotations.NullMarked;
