/** A Spring Boot application with topics, by the starter. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
