/**
 * What an adapter implements and is given. An adapter is a {@link io.techops.broadcast.spi.Transport}, which the hub
 * calls, and whatever reads from the connection, which calls the {@link io.techops.broadcast.spi.Registration} that
 * {@link io.techops.broadcast.spi.AdapterHub#register} returned.
 *
 * <p>Floors: {@code Batch}; {@code Transport}; {@code Registration}; {@code AdapterHub}. A host application needs
 * nothing of this package.
 */
@NullMarked
package io.techops.broadcast.spi;

import org.jspecify.annotations.NullMarked;
