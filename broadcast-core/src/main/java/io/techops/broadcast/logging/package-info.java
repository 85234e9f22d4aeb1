/**
 * Logging that never throws, that strangers cannot flood, and that prints no control characters. Exported to the
 * modules of this library alone.
 */
@NullMarked
package io.techops.broadcast.logging;

import org.jspecify.annotations.NullMarked;
