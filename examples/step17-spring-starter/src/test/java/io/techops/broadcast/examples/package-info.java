/** Tests of the Spring Boot application. They run the jar that was built, as a process of its own. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
