/** How each step begins. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
