/**
 * The one microbenchmark that needs what {@code broadcast-tyrus} keeps to itself: the encoding of a batch. It is in
 * that module's package for this reason only, which works because the benchmarks run on the class path.
 */
@NullMarked
package io.techops.broadcast.tyrus;

import org.jspecify.annotations.NullMarked;
