/** Tests of the demo page and of {@code broadcast.js} in a real browser, and of clients of others. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
