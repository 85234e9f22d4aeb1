/** An annotated endpoint in embedded Tomcat, beside the application's own pages. */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
