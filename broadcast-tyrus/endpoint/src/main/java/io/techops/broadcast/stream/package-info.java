/**
 * The stream of a peer as clients ask for it and see it: the query of a request, origins, and the subprotocol {@code
 * broadcast.v1}. For adapters; exported to the server only.
 */
@NullMarked
package io.techops.broadcast.stream;

import org.jspecify.annotations.NullMarked;
