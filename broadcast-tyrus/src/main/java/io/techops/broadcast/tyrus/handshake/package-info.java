/**
 * The opening handshake (RFC 6455 section 4): its rules, the path, the origin, the addresses behind proxies, the
 * limits, the decision of the host application, and the upgrade. Uses {@code connection} and {@code http}. Not
 * exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.handshake;

import org.jspecify.annotations.NullMarked;
