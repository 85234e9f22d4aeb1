/**
 * Server-Sent Events on bytes (HTML standard, section 9.2): how messages, and what a peer is told beside them, are
 * written. Uses {@code frame}, whose batches it fills. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.sse;

import org.jspecify.annotations.NullMarked;
