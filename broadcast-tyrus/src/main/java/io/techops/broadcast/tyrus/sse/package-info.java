/**
 * Encodes Server-Sent Events (HTML standard, section 9.2): messages and stream events. Uses {@code frame}, whose
 * batches it fills. Not exported.
 */
@NullMarked
package io.techops.broadcast.tyrus.sse;

import org.jspecify.annotations.NullMarked;
