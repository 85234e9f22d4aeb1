package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.tyrus.handshake.Router;
import java.util.Map;

/**
 * The endpoint that a request asks for.
 *
 * @param variables those of its path, by their names, decoded
 */
record HostedPath(DeployedEndpoint endpoint, Map<String, String> variables) implements Router.Hosted {
}
