/** Tests of the meters, and of the program, which runs as a process of its own. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
