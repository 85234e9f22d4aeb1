/** A hub whose figures are meters of Micrometer. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
