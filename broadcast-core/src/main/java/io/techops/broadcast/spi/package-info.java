/*
 * Floors: Batch; Transport; Registration; AdapterHub; beside them SharedRecord, SharedPage, SharedLog, SharedLogs.
 */

/**
 * The interfaces between a hub and an adapter, which connects peers, or a backplane, which connects nodes. An adapter
 * consists of a {@link io.techops.broadcast.spi.Transport}, which the hub calls, and of code that reads from the
 * connection and calls the {@link io.techops.broadcast.spi.Registration} that {@link
 * io.techops.broadcast.spi.AdapterHub#register} returned.
 *
 * <p>A backplane is a {@link io.techops.broadcast.spi.SharedLogs} whose {@link io.techops.broadcast.spi.SharedLog}s the
 * hubs of many nodes share.
 *
 * <p>A host application does not need this package.
 */
@NullMarked
package io.techops.broadcast.spi;

import org.jspecify.annotations.NullMarked;
