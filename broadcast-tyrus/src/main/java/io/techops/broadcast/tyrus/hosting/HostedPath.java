package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.tyrus.handshake.Router;
import java.util.Map;

/**
 * The endpoint that a request asks for.
 *
 * @param variables the variables of its path, decoded, by their names
 */
record HostedPath(DeployedEndpoint endpoint, Map<String, String> variables) implements Router.Hosted {
}
