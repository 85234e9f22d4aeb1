/** What the tests of the examples share: programs run as processes, and peers to connect to them. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
