/** Helpers that the tests of several modules share. */
@NullMarked
package io.techops.broadcast.testing;

import org.jspecify.annotations.NullMarked;
