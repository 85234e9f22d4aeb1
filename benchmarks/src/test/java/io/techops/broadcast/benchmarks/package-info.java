/** Tests of the measurement itself: whether it would notice. */
@NullMarked
package io.techops.broadcast.benchmarks;

import org.jspecify.annotations.NullMarked;
