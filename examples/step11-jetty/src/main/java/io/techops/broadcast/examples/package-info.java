/** The endpoint as a configuration in embedded Jetty. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
