/**
 * What clients ask for of the past, and how positions are told over a WebSocket: the query of a request, and the
 * subprotocol {@code broadcast.v1}. For adapters; exported to the server alone.
 */
@NullMarked
package io.techops.broadcast.stream;

import org.jspecify.annotations.NullMarked;
