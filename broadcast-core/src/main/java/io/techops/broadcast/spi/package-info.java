/*
 * Floors: Batch; Transport; Registration; AdapterHub; beside them SharedRecord, SharedPage, SharedLog, SharedLogs.
 */

/**
 * What an adapter implements and is given. An adapter is a {@link io.techops.broadcast.spi.Transport}, which the hub
 * calls, and whatever reads from the connection, which calls the {@link io.techops.broadcast.spi.Registration} that
 * {@link io.techops.broadcast.spi.AdapterHub#register} returned.
 *
 * <p>A backplane is a {@link io.techops.broadcast.spi.SharedLogs} whose {@link io.techops.broadcast.spi.SharedLog}s the
 * hubs of many nodes share.
 *
 * <p>A host application needs nothing of this package.
 */
@NullMarked
package io.techops.broadcast.spi;

import org.jspecify.annotations.NullMarked;
