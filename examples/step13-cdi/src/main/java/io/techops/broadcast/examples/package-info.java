/** A CDI application whose hub is a bean. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
