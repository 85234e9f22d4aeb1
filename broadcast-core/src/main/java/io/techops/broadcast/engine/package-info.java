/**
 * The hub itself: the log, the shards that write it to the peers, the timeouts, the shutdown, the figures, and the
 * topics. Not exported. It implements the abstract classes of {@link io.techops.broadcast} and
 * {@link io.techops.broadcast.spi}, and is found by them as a service.
 */
@NullMarked
package io.techops.broadcast.engine;

import org.jspecify.annotations.NullMarked;
